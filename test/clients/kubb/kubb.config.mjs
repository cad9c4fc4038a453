import { defineConfig } from '@kubb/core';
import { pluginClient } from '@kubb/plugin-client';
import { pluginOas } from '@kubb/plugin-oas';
import { pluginTs } from '@kubb/plugin-ts';

export default defineConfig({
  root: '.',
  input: { path: '../../../openapi.json' },
  output: { path: './generated', clean: true, extension: { '.ts': '.js' }, format: false, lint: false },
  plugins: [
    pluginOas({ generators: [] }),
    pluginTs({ output: { path: 'types' }, unknownType: 'unknown' }),
    pluginClient({ output: { path: 'operations' }, client: 'axios', dataReturnType: 'full', bundle: true }),
  ],
});
