// Parses and validates the body of one import, off the event loop of the service.
import { parentPort, workerData } from 'node:worker_threads';
import { LineParser } from './line-parser.ts';
import { type ParserRequest, parsed } from './parser-thread.ts';

const parser = new LineParser(workerData);

parentPort?.on('message', (request: ParserRequest) => parentPort?.postMessage(parsed(parser, request)));
