// The tree of an archive's manifest, as rows: which are in sight, and which of them a filter finds. No drawing here.

const LINKED = { project: "projects", sample: "samples", workflow_execution: "workflow-executions" };
const SAMPLE = /_SAM_[A-Z2-7]{10}$/; // in an analysis a sample's folder may have the samplesheet's own name

/** A node of a manifest's folder or file; `children` is null for a folder whose level was not fetched yet. */
function node(entry, parent, position) {
  const made = {
    name: entry.name,
    title: entry["irida-next-name"],
    kind: entry["irida-next-type"] ?? entry.type,
    metadata: entry.metadata ?? {},
    parent,
    position,
    level: parent ? parent.level + 1 : 0,
    count: entry.child_count ?? entry.children?.length ?? 0,
    children: null,
    next: null,
    open: false,
    isFolder: entry.type !== "file",
  };
  if (entry.children) made.children = entry.children.map((child, i) => node(child, made, i + 1));
  return made;
}

/** The root of a preview's answer; it is no row itself. */
export function treeOf(answer) {
  const root = node({ ...answer, name: "", type: "root" }, null, 1);
  root.open = true;
  root.next = answer.next_cursor ?? null;
  root.whole = !("next_cursor" in answer) && !("matches" in answer);
  root.matches = answer.matches;
  if (!root.whole) root.count = Math.max(root.count, root.children.length);
  // One folder at the top is no choice.
  for (let only = root; only.children?.length === 1 && !only.next; only = only.children[0])
    only.children[0].open = true;
  return root;
}

/** Put a fetched level, or its next part, below its folder. */
export function takeLevel(folder, answer) {
  const there = folder.children ?? [];
  const more = answer.children.map((child, i) => node(child, folder, there.length + i + 1));
  folder.children = there.concat(more);
  folder.next = answer.next_cursor;
}

/** The folder's place as the API takes it: names from the top, joined by `/`. */
export function pathOf(folder) {
  const names = [];
  for (let at = folder; at.parent; at = at.parent) names.unshift(at.name);
  return names.join("/");
}

/** The page that a node stands for, or null. */
export function pageOf(one) {
  const section = LINKED[one.kind];
  const named = one.kind !== "sample" || SAMPLE.test(one.name);
  return section && named ? `/${section}/${encodeURIComponent(one.name)}` : null;
}

/** The tree of a search that the service made: all that it found is in sight. */
export function foundTreeOf(answer) {
  const root = treeOf(answer);
  setAll(root, true);
  return root;
}

/**
 * The rows in sight, top to bottom. A folder whose level is not complete ends in a row `{more: folder}`.
 * With `found` (see `find`) only what was found and the way to it is shown.
 */
export function rowsOf(root, found) {
  const rows = [];
  const stack = [[root, 0]];
  while (stack.length) {
    const top = stack[stack.length - 1];
    const [folder] = top;
    const child = folder.children?.[top[1]];
    if (!child) {
      stack.pop();
      if (folder.next || (folder.open && !folder.children)) rows.push({ more: folder });
      continue;
    }
    top[1] += 1;
    if (found && !found.has(child)) continue;
    rows.push(child);
    if (child.isFolder && (found ? child.children : child.open)) stack.push([child, 0]);
  }
  return rows;
}

/** The nodes whose name or title holds `text`, with all above and below them; `count` of the hits themselves. */
export function find(root, text) {
  const wanted = text.toLocaleLowerCase();
  const shown = new Set();
  let count = 0;
  const visit = (one, inside) => {
    const hit = one.name.toLocaleLowerCase().includes(wanted) || one.title?.toLocaleLowerCase().includes(wanted);
    if (hit) count += 1;
    if (hit || inside) shown.add(one);
    if (hit) for (let above = one.parent; above && !shown.has(above); above = above.parent) shown.add(above);
    for (const child of one.children ?? []) visit(child, inside || hit);
  };
  for (const child of root.children ?? []) visit(child, false);
  return { shown, count };
}

/** Open or close every folder that is there; gives how many folders there are. */
export function setAll(root, open) {
  let folders = 0;
  const stack = [...(root.children ?? [])];
  while (stack.length) {
    const one = stack.pop();
    if (!one.isFolder || !one.children) continue;
    one.open = open;
    folders += 1;
    for (const child of one.children) stack.push(child);
  }
  return folders;
}
