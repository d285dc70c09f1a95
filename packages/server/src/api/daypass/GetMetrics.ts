import { operation } from '../protocol/operation.ts';
import { structure } from '../protocol/shape.ts';
import type { DaypassServices } from './services.ts';

/** What all processes of the service have counted, as a scrape of `/_daypass/metrics` gives it, for those who sign. */
export const GetMetrics = operation({
  name: 'GetMetrics',
  access: { action: 'daypass:GetMetrics', resource: () => '*' },
  input: structure({}),
  async handle({ renderMetrics }: DaypassServices) {
    const { contentType, text } = await renderMetrics();
    return { ContentType: contentType, Text: text };
  },
});
