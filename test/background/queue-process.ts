// A service with one queue, whose jobs never end: a test kills it while it runs one.
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { QUEUE_TIMING, settings } from './queue-settings.ts';

await buildApp(readConfig(process.env), {
  queueTiming: QUEUE_TIMING,
  features: [
    async (app) => {
      const endless = app.defineQueue<{ n: number }>('endless', settings, async ({ id }) => {
        console.log(`runs ${id}`);
        await new Promise(() => {});
      });
      app.addHook('onReady', () => void setImmediate(() => endless.send({ n: 1 })));
    },
  ],
});
