const names: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  404: 'NotFoundError',
  409: 'ConflictError',
  413: 'PayloadTooLargeError',
  415: 'UnsupportedMediaTypeError',
  422: 'ValidationError',
};

/** An error that the response shows. */
export class HttpError extends Error {
  readonly status: number;
  readonly details?: unknown;

  constructor(status: number, message: string, details?: unknown) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

export const errorBody = (status: number, message: string, details?: unknown) => ({
  error: names[status] ?? 'InternalError',
  message,
  details,
});
