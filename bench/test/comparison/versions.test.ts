import t from 'tap';
import { versionsOf } from '../../comparison/versions.ts';

const none: string[] = [];

t.test('Node packages have their installed version, not the range', async (t) => {
  const folder = t.testdir({
    'package.json': JSON.stringify({
      dependencies: { express: '^5.0.0', pg: '8.23.1' },
      devDependencies: { typescript: '7.0.2' },
    }),
    'package-lock.json': JSON.stringify({ packages: { 'node_modules/express': { version: '5.1.0' } } }),
  });
  t.same(versionsOf({ folder, toolchain: none }), { express: '5.1.0', pg: '8.23.1' });
});

t.test('only direct dependencies of Go modules are reported', async (t) => {
  const folder = t.testdir({
    'go.mod':
      'module setlist/gin\n\ngo 1.26\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.11.0\n\tgolang.org/x/net v0.40.0 // indirect\n)\n\nrequire github.com/jackc/pgx/v5 v5.7.6\n',
  });
  t.same(versionsOf({ folder, toolchain: none }), {
    'github.com/gin-gonic/gin': '1.11.0',
    'github.com/jackc/pgx/v5': '5.7.6',
  });
});

t.test('crates have their locked version', async (t) => {
  const folder = t.testdir({
    'Cargo.toml':
      '[package]\nname = "axum-peer"\nversion = "0.1.0"\n\n[dependencies]\naxum = "0.8"\ntokio = { version = "1", features = ["full"] }\n\n[profile.release]\nlto = true\n',
    'Cargo.lock':
      '[[package]]\nname = "axum"\nversion = "0.8.6"\n\n[[package]]\nname = "tokio"\nversion = "1.48.0"\n',
  });
  t.same(versionsOf({ folder, toolchain: none }), { axum: '0.8.6', tokio: '1.48.0' });
});

t.test('only chosen Python packages are reported, without their dependencies', async (t) => {
  const folder = t.testdir({
    'requirements.in': 'fastapi==0.165.0\nuvicorn[standard]==0.54.0  # the server\n',
    'requirements.txt': 'fastapi==0.165.0 \\\n    --hash=sha256:0a30\nanyio==4.9.0\n',
  });
  t.same(versionsOf({ folder, toolchain: none }), { fastapi: '0.165.0', uvicorn: '0.54.0' });
});

t.test('Maven reports the parent and dependencies with an own version, not the project', async (t) => {
  const folder = t.testdir({
    'pom.xml': `<project><modelVersion>4.0.0</modelVersion>
      <parent><groupId>org.springframework.boot</groupId>
        <artifactId>spring-boot-starter-parent</artifactId> <version>4.0.0</version></parent>
      <artifactId>spring</artifactId> <version>1.0.0</version>
      <dependencies>
        <dependency><artifactId>spring-boot-starter-web</artifactId></dependency>
        <dependency><artifactId>postgresql</artifactId><version>42.7.8</version></dependency>
      </dependencies>
      <build><plugins><plugin><artifactId>native</artifactId><version>1</version></plugin></plugins></build>
    </project>`,
  });
  t.same(versionsOf({ folder, toolchain: none }), {
    'spring-boot-starter-parent': '4.0.0',
    postgresql: '42.7.8',
  });
});

t.test('the runtime reports its own version', async (t) => {
  const versions = versionsOf({ folder: t.testdir(), toolchain: ['node', 'npm', 'no-such-program'] });
  t.same(versions, { node: process.versions.node });
});
