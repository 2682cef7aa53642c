/** Hands a file to the person. */
export interface SavedFile {
  name: string;
  type: string;
  content: string;
}

/** Offers the file as a download; the browser keeps or asks where. */
export function saveFile({ name, type, content }: SavedFile): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Safari begins the download later than the click returns.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
