// What stands for us where the operator has no logo? A door that is ajar.

export const mark = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="3" stroke-linejoin="round" stroke-linecap="round"><path d="M12 42V8a2 2 0 0 1 2-2h20a2 2 0 0 1 2 2v34"/><path d="M6 42h36"/><path d="M12 6l15 6v36l-15-6z" fill="currentColor" fill-opacity=".16"/><path d="M22 27v3"/></svg>`;

/** The same as a file of its own, where nothing sets a current colour. */
export const icon = mark.replace('<svg ', '<svg color="#4d74f0" ');
