"""One step of an archive as a process that can be killed: `step_process STEP FOLDER ENDPOINT`.

STEP is the number of a batch or `finish`. The folder holds what the plan's work files would: `plan.json`, `batch-N`,
`index`, and the results, which are saved as often as the plan says (`save_every` seconds).
"""

import json
import sys
from pathlib import Path

from chalicelib.archive import writer
from chalicelib.archive.finalize import finish_upload
from chalicelib.archive.plan_file import BatchResult, read_batch, read_index, read_result, write_result
from chalicelib.archive.s3_operations import Target
from tests.object_stores import s3_client, store_of


def main() -> None:
    step, name, endpoint = sys.argv[1:]
    folder = Path(name)
    description = json.loads((folder / "plan.json").read_text())
    targets = {number: Target(*target) for number, target in enumerate(description["targets"])}
    store = store_of(s3_client(endpoint))

    def result(number: int) -> BatchResult:
        return read_result((folder / f"result-{number}").read_bytes())

    if step == "finish":
        index = read_index((folder / "index").read_bytes())
        made = finish_upload(store, targets[0], index, map(result, range(index.batches)), lambda _: [])
        (folder / "made").write_text(repr(made))
        return
    own = folder / f"result-{step}"

    def save(done: BatchResult) -> None:
        part = own.with_suffix(".part")
        part.write_bytes(write_result(done))
        part.rename(own)

    writer._SAVE_EVERY = description["save_every"]
    batch = read_batch((folder / f"batch-{step}").read_bytes())
    save(
        writer.write_batch(
            store,
            targets,
            batch,
            done=result(int(step)) if own.exists() else None,
            earlier=[result(number) for number in batch.after],
            save=save,
        )
    )


if __name__ == "__main__":
    main()
