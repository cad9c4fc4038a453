// Creates the embedded template database before the tests, which run concurrently.
import { prepareTemplate } from './database.ts';

await prepareTemplate();
