"""Reads Kubernetes manifests from standard input, checks each strictly against the schemas of the Kubernetes versions
that are given, those of custom resources against crds.json, and prints them as one JSON array. Ends with 1 and a line
for each thing that is wrong."""

import json
import pathlib
import sys

import jsonschema
import kubernetes_validate
import yaml

crds = json.loads(pathlib.Path(__file__).with_name("crds.json").read_text())
manifests = [each for each in yaml.safe_load_all(sys.stdin) if each is not None]
wrong = []
for manifest in manifests:
    name = f"{manifest.get('kind')} {manifest.get('metadata', {}).get('name')}"
    kind = f"{manifest.get('apiVersion')}/{manifest.get('kind')}"
    try:
        if kind in crds["kinds"]:
            jsonschema.validate(manifest, {"$defs": crds["$defs"], **crds["kinds"][kind]})
            if kind == "temporal.io/v1alpha1/WorkerDeployment":
                # Its template is that of a Deployment.
                template = manifest["spec"]["template"]
                pod = {"apiVersion": "v1", "kind": "Pod", **template}
                for version in sys.argv[1:]:
                    kubernetes_validate.validate(pod, version, strict=True)
        else:
            for version in sys.argv[1:]:
                kubernetes_validate.validate(manifest, version, strict=True)
    except jsonschema.ValidationError as e:
        wrong.append(f"{name}: {'/'.join(map(str, e.absolute_path))}: {e.message}")
    except kubernetes_validate.ValidationError as e:
        wrong.append(f"{name}: {e}")
    except kubernetes_validate.SchemaNotFoundError as e:
        wrong.append(f"{name}: no schema: {e}")
if wrong:
    print("\n".join(wrong), file=sys.stderr)
    sys.exit(1)
json.dump(manifests, sys.stdout)
