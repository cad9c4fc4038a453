/** Counts the checks of a command, and prints them as `.ci/run` reads them. */
export class Checks {
  #passed = 0;
  #failed = 0;

  /** Counts a check, and prints what is wrong, if anything. */
  async report(
    title: string,
    outcome: string | string[] | undefined | Promise<string | string[] | undefined>,
  ): Promise<void> {
    const flaws = [(await outcome) ?? []].flat();
    if (flaws.length === 0) this.#passed++;
    else this.#failed++;
    console.log(`${flaws.length === 0 ? 'ok' : 'not ok'} - ${title}`);
    for (const flaw of flaws) console.log(flaw.trimEnd().replaceAll(/^/gm, '    '));
  }

  /** Prints the counts; the exit code is 1 if a check has failed. */
  end(): void {
    console.log(`# ${this.#passed} passed, ${this.#failed} failed`);
    process.exitCode = this.#failed === 0 ? 0 : 1;
  }
}
