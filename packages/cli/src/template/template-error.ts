import { Failure } from '../failure.ts';

/** What a template says that cannot be done; `at` is where, such as `Resources.Pool.Properties.Roles`. */
export class TemplateError extends Failure {
  constructor(at: string, message: string) {
    super(at === '' ? message : `${at}: ${message}`);
  }
}
