package setlist.peer;

/** There is nothing at this address. */
class NotFoundException extends RuntimeException {
  NotFoundException(String message) {
    // An answer, not a fault: without the cost of a stack trace.
    super(message, null, false, false);
  }
}
