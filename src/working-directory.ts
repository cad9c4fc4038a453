// Imported before everything else: packages ask for the working directory while they are loaded, and a folder that was
// removed meanwhile would end the start in a stack trace.
try {
  process.cwd();
} catch {
  process.stderr.write('The working directory does not exist any more: start the service in another one.\n');
  process.exit(1);
}
