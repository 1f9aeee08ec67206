// What does the pages' only script do? They work without it.

/**
 * It sends the one form that is marked for it, keeps the #fragment of the page that was asked for (the server never sees one), and turns the sending of a form into
 * a navigation: browsers apply `form-action` to every redirect after a form, and providers send people on to addresses
 * that nobody can list beforehand.
 */
export const script = `(() => {
  const { hash } = window.location;
  for (const input of document.querySelectorAll('form[method=get] input[name=rd]')) {
    if (hash && !input.value.includes('#')) input.value += hash;
  }
  document.querySelector('form[data-send]')?.submit();
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.getAttribute('method') !== 'get') return;
    event.preventDefault();
    window.location.assign(form.getAttribute('action') + '?' + new URLSearchParams(new FormData(form)));
  });
})();
`;
