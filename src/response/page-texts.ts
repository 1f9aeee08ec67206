// What do the pages say where nobody said anything better?

/** The reference's messages (error_page.go), and one of our own for 503. */
const messages: ReadonlyMap<number, string> = new Map([
  [500, 'Oops! Something went wrong. For more information contact your server administrator.'],
  [503, 'Signing in is not possible right now. Please try again in a moment.'],
  [404, 'We could not find the resource you were looking for.'],
  [403, 'You do not have permission to access this resource. The people who run this site decide who may enter.'],
  [401, 'You need to be logged in to access this resource.'],
]);

export function defaultMessage(status: number): string {
  return messages.get(status) ?? 'Unknown error';
}

const headings: ReadonlyMap<number, string> = new Map([
  [400, 'That did not work'],
  [401, 'Please sign in'],
  [403, 'No access'],
  [404, 'Not found'],
  [503, 'Please try again in a moment'],
  [504, 'No answer'],
]);

export function headingFor(status: number): string {
  return headings.get(status) ?? 'Something went wrong';
}
