// Before anything is drawn: a theme that the person chose. Without a choice the system's own holds.
try {
  const chosen = localStorage.getItem("seqport.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // A browser that keeps nothing has no choice to remember.
}
