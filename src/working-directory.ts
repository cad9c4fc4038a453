// Imported first: packages read the working directory while they are loaded, and a removed folder would cause a stack
// trace.
try {
  process.cwd();
} catch {
  process.stderr.write('The working directory no longer exists: start the service in another one.\n');
  process.exit(1);
}
