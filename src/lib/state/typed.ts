/** Whether something typed on the page is not stored yet: it would be lost if another page took this one's place. */

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What each field said when a person first came to it. The fields of forms alone: others choose what is shown. */
const before = new Map<Field, string>();

/** Begins to look at what is typed. Returns what ends it. */
export function watchTyped(): () => void {
  document.addEventListener('focusin', note);
  return () => {
    document.removeEventListener('focusin', note);
    before.clear();
  };
}

/** True while a field of a form says something else than when somebody came to it. A form that has stored what it says is closed, or empty again. */
export function isTypedUnstored(): boolean {
  return [...before].some(([field, said]) => isShown(field) && field.value !== said);
}

function note({ target }: Event): void {
  for (const field of before.keys()) if (!field.isConnected) before.delete(field);
  if (isField(target) && target.form && !before.has(target)) before.set(target, target.value);
}

function isField(target: EventTarget | null): target is Field {
  const kinds = [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement];
  return kinds.some((kind) => target instanceof kind);
}

/** A closed dialog keeps what was typed until it is opened again. */
function isShown(field: Field): boolean {
  return field.isConnected && !field.closest('dialog:not([open])');
}
