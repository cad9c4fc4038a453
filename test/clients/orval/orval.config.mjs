export default {
  setlist: {
    input: '../../../openapi.json',
    output: {
      target: 'generated/setlist.ts',
      client: 'fetch',
      mode: 'single',
      clean: true,
      headers: true,
      baseUrl: { runtime: 'process.env.SETLIST_URL' },
    },
  },
};
