/** Ends the process when standard output can't be written, with this code. A reader such as `head` may close it early. */
export function exitWhenUnwritable(code: number): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`Can't write the output: ${error.message}\n`);
    process.exit(error.code === 'EPIPE' ? 0 : code);
  });
}
