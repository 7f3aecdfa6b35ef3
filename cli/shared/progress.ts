/** Tells a waiting person how far long work is: on stderr, at most one line in two seconds. */
export type Progress = { show(line: string): void }

const EVERY_MS = 2000

export function createProgress(write: (line: string) => void = (line) => process.stderr.write(`${line}\n`)): Progress {
  // Work that is done before anybody waits says nothing.
  let lastMs = Date.now()
  return {
    show(line) {
      if (Date.now() - lastMs < EVERY_MS) return
      lastMs = Date.now()
      write(line)
    },
  }
}

export const SILENT: Progress = { show: () => undefined }
