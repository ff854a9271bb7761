"""Events that only people cause: files dropped from the desktop, cells pasted from a spreadsheet."""

# Files made in the page, as a drop of files from the desktop has them.
DROP = """([place, files]) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name, { lastModified: 1_700_000_000_000 }));
  const target = place ? document.querySelector(place) : document.body;
  for (const type of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}"""
# The text that the clipboard has is pasted where the focus is.
PASTE = """text => {
  const transfer = new DataTransfer();
  transfer.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""
