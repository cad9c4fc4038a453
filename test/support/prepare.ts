// Makes, once and before the tests race for it, the embedded database that they copy.
import { prepareTemplate } from './database.ts';

await prepareTemplate();
