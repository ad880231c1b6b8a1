/**
 * What an event says between its action and the container's name, as it stands in an entry of a log: JSON in a string of JSON.
 * See journal_subject in shim/monitor/settings.h.
 */
export function escapeSubject(id: string, attributes: Readonly<Record<string, string>>): string {
  const { name: _, ...others } = attributes;
  const members = JSON.stringify({ id, attributes: { ...others, name: "" } }).slice(1, -3);
  return JSON.stringify(`",${members}`).slice(1, -1);
}

/** MON_LONGEST_NAME in shim/monitor/journal.h. */
const LONGEST_SUBJECT_NAME = 128;

/** @throws RangeError for one that the journal would have to escape */
export function checkSubjectName(name: string): string {
  if (name.length <= LONGEST_SUBJECT_NAME && /^[\w.-]+$/.test(name)) return name;
  throw new RangeError(`journal.subject.name: expected letters, digits and _ . -, got "${name}"`);
}
