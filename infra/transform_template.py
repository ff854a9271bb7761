"""`python -m infra.transform_template SAM.json OUT.json`: what SAM makes of the packaged template, for checks.

CloudFormation does the same when it deploys. SAM's translator is in the environment of the local stack.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

CODE = "s3://bucket/package.zip"  # in place of the local package, as a deployment uploads it


def transformed(template: dict[str, Any]) -> dict[str, Any]:
    """The CloudFormation template of a SAM template."""
    from samtranslator.translator.transform import transform  # noqa: PLC0415 - only in .venv-stack

    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE

    class ManagedPolicies:
        def load(self) -> dict[str, str]:
            """None are used: every function has a policy of its own."""
            return {}

    made: dict[str, Any] = transform(template, {}, ManagedPolicies())
    return made


if __name__ == "__main__":
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # the translator wants one, for its pseudo parameters
    source, out = map(Path, sys.argv[1:3])
    out.write_text(json.dumps(transformed(json.loads(source.read_text(encoding="utf-8"))), indent=1), encoding="utf-8")
