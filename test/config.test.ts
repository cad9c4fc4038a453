import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { buildApp } from '../src/app.ts';
import { ConfigError, readConfig, settings } from '../src/config.ts';
import { misspelledSettings, withEnvFile } from '../src/environment.ts';
import { acceptingKeys, testKey } from './support/credentials.ts';
import { temporaryFolder } from './support/database.ts';

t.test('an empty environment results in the defaults, frozen', async (t) => {
  const config = readConfig({});
  t.same(config, {
    host: '127.0.0.1',
    port: 3000,
    metrics: undefined,
    databaseServer: undefined,
    migrations: { mode: 'on', server: undefined },
    dataDir: './data',
    dataFsync: true,
    dbPoolMax: 10,
    maxTasks: 1000,
    listCacheSeconds: 0,
    corsOrigins: ['http://localhost:3000', 'https://myapp.com'],
    trustProxy: [],
    bodyLimit: 32_768,
    maxConnections: 2000,
    keepAliveTimeout: 72_000,
    drainSeconds: 0,
    logLevel: 'info',
    validateResponses: true,
    auth: undefined,
    idempotencyHours: 24,
    events: { retentionDays: 7, maxClients: 1500, clientBuffer: 262144 },
    webhooks: { isSending: true, allowPrivate: false, maxPerOwner: 20, patience: 259_200_000 },
    importLimit: 268_435_456,
    importsMax: 2,
    exportsMax: 2,
    limits: { quota: undefined, redisUrl: undefined },
    requestDeadline: 5_000,
    batching: true,
  });
  t.ok(Object.isFrozen(config) && Object.isFrozen(config.corsOrigins));
});

t.test('all settings are read', async (t) => {
  t.match(
    readConfig({
      HOST: '::1',
      PORT: '0',
      METRICS_HOST: '::1',
      METRICS_PORT: '9464',
      DATABASE_URL: 'postgresql://me@db/setlist',
      DATA_DIR: 'memory://',
      DATA_FSYNC: 'off',
      DB_POOL_MAX: '3',
      MAX_TASKS: '0',
      LIST_CACHE_SECONDS: '60',
      CORS_ORIGINS: ' https://a.example , http://localhost:8080 ',
      TRUST_PROXY: 'loopback, 10.0.0.0/8,,2001:db8::1, fc00::/7 ',
      BODY_LIMIT: '65536',
      MAX_CONNECTIONS: '100',
      KEEP_ALIVE_SECONDS: '620',
      DRAIN_SECONDS: '5',
      LOG_LEVEL: 'warn',
      VALIDATE_RESPONSES: 'true',
      REQUEST_DEADLINE_MS: '250',
      BATCHING: 'off',
      NODE_ENV: 'production',
      AUTH: 'off',
    }),
    {
      host: '::1',
      port: 0,
      metrics: { host: '::1', port: 9464 },
      databaseServer: { user: 'me', host: 'db', database: 'setlist' },
      dataDir: 'memory://',
      dataFsync: false,
      dbPoolMax: 3,
      maxTasks: 0,
      listCacheSeconds: 60,
      corsOrigins: ['https://a.example', 'http://localhost:8080'],
      trustProxy: ['loopback', '10.0.0.0/8', '2001:db8::1', 'fc00::/7'],
      bodyLimit: 65_536,
      maxConnections: 100,
      keepAliveTimeout: 620_000,
      drainSeconds: 5,
      logLevel: 'warn',
      validateResponses: true,
      auth: undefined,
      idempotencyHours: 24,
      limits: { quota: undefined, redisUrl: undefined },
      requestDeadline: 250,
      batching: false,
    },
  );
  t.equal(readConfig({ NODE_ENV: 'production', AUTH: 'off' }).validateResponses, false);
  t.equal(readConfig({ VALIDATE_RESPONSES: 'false' }).validateResponses, false);
  t.same(readConfig({ CORS_ORIGINS: '' }).corsOrigins, [], 'no origin at all');
  t.equal(readConfig({ DATABASE_URL: '' }).databaseServer, undefined, 'an empty URL is none');
});

t.test('migrations may use another connection', async (t) => {
  t.same(readConfig({ MIGRATE: 'check' }).migrations, { mode: 'check', server: undefined });
  const server = { DATABASE_URL: 'postgres://me@db/setlist' };
  const { migrations } = readConfig({ ...server, MIGRATION_DATABASE_URL: 'postgres://owner@db/setlist' });
  t.match(migrations, { mode: 'on', server: { user: 'owner', host: 'db', database: 'setlist' } });
  for (const [variables, message] of [
    [{ MIGRATION_DATABASE_URL: 'postgres://owner@db/setlist' }, 'MIGRATION_DATABASE_URL needs DATABASE_URL.'],
    [
      { ...server, MIGRATION_DATABASE_URL: 'mysql://db' },
      'MIGRATION_DATABASE_URL must be a URL of the form postgres://user:password@host:port/database.',
    ],
  ] as const)
    t.throws(() => readConfig(variables), { name: 'ConfigError', message });
});

t.test('traces need an endpoint', async (t) => {
  t.equal(readConfig({ OTEL_TRACES_SAMPLER: 'always_on' }).tracing, undefined);
  const endpoint = 'http://collector:4318';
  t.same(
    readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/`, OTEL_TRACES_SAMPLER_ARG: '0.01' }).tracing,
    {
      endpoint,
      serviceName: 'setlist',
      ratio: 0.01,
      followsClient: true,
    },
  );
  for (const [variable, value, problem] of [
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be a URL such as http://collector.example:4318.'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'must be a number from 0 to 1, but is "1.5".'],
    ['OTEL_TRACES_SAMPLER_ARG', '', 'must be a number from 0 to 1, but is "".'],
  ] as const)
    t.throws(() => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, [variable]: value }), {
      name: 'ConfigError',
      message: `${variable} ${problem}`,
    });
});

t.test('an invalid value is rejected by name, in one sentence', async (t) => {
  for (const [variable, value, problem] of [
    ['PORT', 'http', 'must be a whole number from 0 to 65535, but is "http".'],
    ['PORT', '65536', 'must be a whole number from 0 to 65535, but is 65536.'],
    ['PORT', '', 'must be a whole number from 0 to 65535, but is "".'],
    ['METRICS_PORT', '', 'must be a whole number from 0 to 65535, but is "".'],
    ['MAX_TASKS', 'abc', 'must be a whole number from 0 to 2147483647, but is "abc".'],
    ['MAX_TASKS', '-1', 'must be a whole number from 0 to 2147483647, but is -1.'],
    ['MAX_TASKS', '1e3', 'must be a whole number from 0 to 2147483647, but is "1e3".'],
    ['REQUEST_DEADLINE_MS', '99', 'must be a whole number from 100 to 600000, but is 99.'],
    ['DB_POOL_MAX', '0', 'must be a whole number from 1 to 10000, but is 0.'],
    ['BODY_LIMIT', '16kb', 'must be a whole number from 1 to 268435456, but is "16kb".'],
    ['LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent, but is "loud".'],
    ['VALIDATE_RESPONSES', 'yes', 'must be true or false, but is "yes".'],
    ['HOST', '', 'must be a text that is not empty, but is "".'],
  ] as const) {
    t.throws(
      () => readConfig({ [variable]: value }),
      new ConfigError(variable, problem),
      `${variable}=${value}`,
    );
  }
  t.throws(
    () => readConfig({ PORT: '9464', METRICS_PORT: '9464' }),
    new ConfigError('METRICS_PORT', 'must differ from PORT, but both are 9464.'),
  );
  t.throws(
    () => readConfig({ ...acceptingKeys(testKey('ada', [])), LIST_CACHE_SECONDS: '1' }),
    new ConfigError('LIST_CACHE_SECONDS', 'must be 0 with AUTH=on: lists depend on the caller.'),
  );
  for (const origin of [
    '*',
    'https://a.example/',
    'a.example',
    'https://*.a.example/x',
    'https://A.example',
  ]) {
    t.throws(
      () => readConfig({ CORS_ORIGINS: `https://b.example,${origin}` }),
      { message: /^CORS_ORIGINS must be/ },
      origin,
    );
  }
});

t.test('only addresses, address ranges and their names can be trusted', async (t) => {
  const proxies = [
    'linklocal',
    'uniquelocal',
    'loopback',
    '::1',
    '10.1.2.3/32',
    '::ffff:10.0.0.1',
    '2001:db8::/128',
  ];
  const config = readConfig({ TRUST_PROXY: proxies.join() });
  t.same(config.trustProxy, proxies);
  const app = await buildApp(config, { connect: false });
  await app.close();
  for (const proxy of [
    ...['true', '*', '1', 'Loopback', 'proxy.example', '10.0.0', '10.0.0.256', '10.0.0.0/33', '::/129'],
    ...[
      '10.0.0.0/0',
      '::/0',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.0/255.0.0.0',
      '10.0.0.0/08',
      '/8',
      'loopback/8',
    ],
  ]) {
    t.throws(
      () => readConfig({ TRUST_PROXY: `loopback,${proxy}` }),
      new ConfigError(
        'TRUST_PROXY',
        `must be a list of IP addresses, CIDRs such as 10.0.0.0/8, loopback, uniquelocal, linklocal, but contains "${proxy}".`,
      ),
      proxy,
    );
  }
});

t.test('credentials in an origin are not repeated', async (t) => {
  for (const origin of ['https://me:hunter2@a.example', 'me:hunter2@a.example', 'https://hunter2@']) {
    t.throws(
      () => readConfig({ CORS_ORIGINS: `https://b.example,${origin}` }),
      new ConfigError(
        'CORS_ORIGINS',
        'must be a list of origins such as https://myapp.com, without path or wildcard, but contains one with credentials.',
      ),
    );
  }
});

t.test('the environment overrides a .env file', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, '.env');
  t.same(withEnvFile({ PORT: '1' }, file), { PORT: '1' }, 'the file is optional');
  await writeFile(file, '# settings\nPORT=2\nHOST="0.0.0.0"\n');
  t.same(withEnvFile({ PORT: '1' }, file), { PORT: '1', HOST: '0.0.0.0' });
  await mkdir(join(folder, 'folder.env'));
  t.throws(() => withEnvFile({}, join(folder, 'folder.env')), {
    name: 'ConfigError',
    message: /cannot be read/,
  });
});

t.test('a variable that is likely a misspelled setting is found', async (t) => {
  for (const [name, meant] of [
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['DATA_DIRECTORY', 'DATA_DIR'],
    ['MAX_TASK', 'MAX_TASKS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['DB_POOLMAX', 'DB_POOL_MAX'],
    ['VALIDATE_RESPONSE', 'VALIDATE_RESPONSES'],
  ] as const) {
    t.same(misspelledSettings({ [name]: 'x' }, settings), [{ name, meant }], name);
  }
  t.same(
    misspelledSettings({ DATABASE_URI: 'x', DATABASE_URL: 'y' }, settings),
    [],
    'the setting itself is set',
  );
});

t.test('variables of other programs are not reported as settings', async (t) => {
  const others =
    `PATH HOME HOSTNAME POST USER SHELL PWD LANG TERM PGHOST PGPORT PGPASSWORD PGDATABASE NODE_OPTIONS
    NODE_PATH NODE_EXTRA_CA_CERTS NO_COLOR TZ CI DATABASE_URL_TEST DATABASE_PORT DB_HOST DB_PORT DB_NAME LOG_FILE
    LOG_FORMAT KUBERNETES_PORT KUBERNETES_SERVICE_HOST SETLIST_PORT SETLIST_SERVICE_PORT POSTGRES_PASSWORD REDIS_URL
    npm_config_cache CACHING PATCHING HTTP_PROXY SUPPORT MAX_OLD_SPACE`.split(/\s+/);
  t.same(misspelledSettings(Object.fromEntries(others.map((name) => [name, 'x'])), settings), []);
});
