import type { BoundOperation, Service } from '../api/service.ts';
import type { Trail } from '../audit/trail.ts';

/** The same service; who asks for what, and the answer, is noted for the request's audit event. */
export function audited(service: Service, trail: Trail): Service {
  function noted(operation: BoundOperation): BoundOperation {
    return {
      ...operation,
      async handle(input, context) {
        trail.note((record) => {
          record.input = input;
          if (context.caller !== undefined) record.caller = context.caller;
        });
        const output = await operation.handle(input, context);
        trail.note((record) => {
          record.output = output;
        });
        return output;
      },
    };
  }

  const operations = [...service.operations].map(([name, operation]) => [name, noted(operation)] as const);
  return { ...service, operations: new Map(operations) };
}
