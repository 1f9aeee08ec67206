// What does the demo site show, and to whom?
import { escapeHtml } from '../../src/lib/html.ts';
import { renderPage } from './page.ts';
import { demoUsers } from './users.ts';

/** What the sidecar said of the visitor; empty where it said nothing. */
export interface Visitor {
  readonly user: string;
  readonly name: string;
  readonly email: string;
  readonly groups: string;
}

const menu =
  '<a href="/private/">Private</a> <a href="/admin/">Admin</a> <a href="/oauth2/sign_out?rd=%2Fbye">Sign out</a>';
const publicMenu = '<a href="/private/">Sign in</a>';

export function landingPage(): string {
  const users = Object.entries(demoUsers).map(
    ([name, { password, claims }]) =>
      `<tr><th scope="row">${name}</th><td><code>${password}</code></td><td>${claims.groups.join(', ')}</td></tr>`,
  );
  return renderPage({
    title: 'A site behind oauth2-sidecar',
    menu: publicMenu,
    body: `<p>Everybody may read this page. The others want to know who you are.</p>
<p><a class="button" href="/private/">Sign in</a></p>
<section aria-labelledby="users"><h2 id="users">Users</h2>
<table><thead><tr><th scope="col">Name</th><th scope="col">Password</th><th scope="col">Groups</th></tr></thead>
<tbody>${users.join('')}</tbody></table></section>
<section aria-labelledby="try"><h2 id="try">What to try</h2>
<ul>
<li><a href="/private/report?year=2026&amp;page=2&amp;sort=name">A deep link with a long query</a>: sign in, and you arrive exactly there.</li>
<li><a href="/admin/">The admin area</a>: alice may enter; bob is told why not, and may sign in as somebody else.</li>
<li><a href="/private/">The private page</a> has a button that asks an API. Sign out in another tab and press it again.</li>
<li>Open the deep link in two tabs, and sign in to both.</li>
<li><a href="/oauth2/sign_out?rd=%2Fbye">Sign out</a>: here, at the provider, and back again.</li>
</ul></section>`,
  });
}

export function privatePage(visitor: Visitor, target: string): string {
  return renderPage({
    title: `Hello, ${escapeHtml(visitor.name || visitor.user)}`,
    menu,
    body: `<p>Only signed-in users see this page.</p>
<section aria-labelledby="you"><h2 id="you">What the site was told of you</h2><table><tbody>
${row('User', visitor.user)}${row('Name', visitor.name)}${row('E-mail', visitor.email)}${row('Groups', visitor.groups)}
${row('You asked for', target)}
</tbody></table></section>
<section aria-labelledby="api"><h2 id="api">An API</h2>
<p>The button asks <code>/api/whoami</code> with fetch. Signed out, it gets 401 as JSON and no sign-in page.</p>
<button type="button" id="ask">Ask the API</button>
<output id="answer" for="ask" aria-live="polite"></output>
<noscript><p class="soft">The button needs JavaScript; <a href="/api/whoami">open the address itself</a> without.</p></noscript>
</section><script src="/demo.js" defer></script>`,
  });
}

export function adminPage(visitor: Visitor): string {
  return renderPage({
    title: 'Admin area',
    menu,
    body: `<p>You see this because your groups are <strong>${escapeHtml(visitor.groups)}</strong>, and this part of the site asks for <code>admins</code>.</p>`,
  });
}

/** Behind nginx nobody gets here; without it the site itself must keep others out. */
export function adminsOnlyPage(visitor: Visitor): string {
  return renderPage({
    title: 'Not for you',
    menu,
    body: `<p>You are signed in as <strong>${escapeHtml(visitor.email)}</strong>, and this part of the site asks for the group <code>admins</code>.</p>
<p><a href="/oauth2/start?rd=%2Fadmin%2F&amp;account=other">Sign in with another account</a></p>`,
  });
}

export function byePage(): string {
  return renderPage({
    title: 'Signed out',
    menu: publicMenu,
    body: `<p>You are signed out of this site.</p><p><a class="button" href="/private/">Sign in again</a> <a href="/">To the start</a></p>`,
  });
}

export function nowherePage(): string {
  return renderPage({
    title: 'Not found',
    menu: publicMenu,
    body: '<p>There is no such page. <a href="/">To the start</a></p>',
  });
}

export const askingScript = `
document.getElementById('ask').addEventListener('click', async () => {
  const answer = document.getElementById('answer');
  answer.textContent = 'asking…';
  try {
    const response = await fetch('/api/whoami', { headers: { Accept: 'application/json' } });
    answer.textContent = response.status + ' ' + (await response.text());
  } catch (error) {
    answer.textContent = String(error);
  }
});
`;

function row(name: string, value: string): string {
  return `<tr><th scope="row">${name}</th><td>${escapeHtml(value) || '<span class="soft">–</span>'}</td></tr>`;
}
