/** Something that was refused or went wrong, told in one line; exit code 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
