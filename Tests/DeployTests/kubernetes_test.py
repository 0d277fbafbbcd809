"""Checks deploy/kubernetes with kubectl and the schemas of Kubernetes. No test runs it in a cluster."""

import re
import unittest

import yaml

from repository import ROOT, SERVICES, options, run, text

OVERLAYS = {"postgresql": "Deployment", "sqlite": "StatefulSet"}
VALIDATE = ROOT / ".build/kubernetes-validate/bin/kubernetes-validate"


class Kubernetes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Debian's package, unless the machine has another one.
        if run("sh", "-c", "command -v kubectl").returncode != 0:
            run("deploy/install-dependencies", "--only", "kubernetes-client").check_returncode()
        if not VALIDATE.exists():
            run("/usr/bin/python3", "-m", "venv", VALIDATE.parents[1]).check_returncode()
            run(VALIDATE.with_name("pip"), "install", "--quiet", "kubernetes-validate==1.37.0").check_returncode()
        cls.built, cls.objects = {}, {}
        for overlay in OVERLAYS:
            folder = ROOT / "deploy/kubernetes/overlays" / overlay
            built = run("sh", "-c", f"kubectl kustomize {folder} 2>/dev/null")
            assert built.returncode == 0, run("kubectl", "kustomize", folder).stdout
            cls.built[overlay] = built.stdout
            cls.objects[overlay] = list(yaml.safe_load_all(built.stdout))

    def each(self, kind):
        for overlay, objects in self.objects.items():
            for item in objects:
                if item["kind"] == kind:
                    with self.subTest(overlay=overlay, name=item["metadata"]["name"]):
                        yield overlay, item

    def each_pod(self):
        for kind in ("Deployment", "StatefulSet"):
            for overlay, item in self.each(kind):
                yield overlay, item, item["spec"]["template"]["spec"]

    def test_every_object_fits_its_schema(self):
        for overlay, built in self.built.items():
            file = VALIDATE.parents[1] / f"{overlay}.yaml"
            file.write_text(built)
            checked = run(VALIDATE, "--strict", file)
            self.assertEqual(checked.returncode, 0, checked.stdout)
            self.assertEqual(checked.stdout.count("passed"), len(self.objects[overlay]), checked.stdout)
            broken = VALIDATE.parents[1] / "broken.yaml"
            broken.write_text(built.replace("readOnlyRootFilesystem:", "readOnlyRootFileSystem:"))
            self.assertNotEqual(run(VALIDATE, "--strict", broken).returncode, 0, "the check finds a wrong name")

    def test_each_overlay_runs_every_service_with_existing_options(self):
        for overlay, kind in OVERLAYS.items():
            programs = {item["spec"]["template"]["spec"]["containers"][0]["command"][0]: item
                        for item in self.objects[overlay] if item["kind"] == kind}
            self.assertEqual(set(programs), set(SERVICES))
            for program, item in programs.items():
                env = {entry["name"] for entry in item["spec"]["template"]["spec"]["containers"][0]["env"]}
                known = options(program).values()
                self.assertLessEqual(env, {option["variable"] for option in known})
                # The default addresses of other services are on loopback, where a pod has no other service.
                self.assertLessEqual({o["variable"] for o in known if o["placeholder"] == "HOST:PORT,..."}, env)

    def test_pods_are_restricted(self):
        for _, namespace in self.each("Namespace"):
            self.assertEqual(namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted")
        user = int(re.search(r"--uid (\d+)", text("deploy/Dockerfile")).group(1))
        for _, _, pod in self.each_pod():
            self.assertFalse(pod["automountServiceAccountToken"])
            security = pod["securityContext"]
            self.assertEqual((security["runAsUser"], security["runAsNonRoot"]), (user, True))
            self.assertEqual(security["seccompProfile"], {"type": "RuntimeDefault"})
            for container in pod["initContainers"] + pod["containers"]:
                self.assertEqual(container["securityContext"], {
                    "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})
                self.assertIn("memory", container["resources"]["limits"])

    def test_pods_have_probes_and_time_to_drain(self):
        drain = int(options("QueueService")["drain-timeout"]["default"].removesuffix("s"))
        for _, _, pod in self.each_pod():
            service = pod["containers"][0]
            paths = [service[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")]
            self.assertEqual(paths, ["/healthz", "/readyz"])
            # A status port that other machines can reach has TLS.
            self.assertEqual(service["readinessProbe"]["httpGet"]["scheme"], "HTTPS")
            pause = int(service["lifecycle"]["preStop"]["exec"]["command"][1])
            self.assertGreater(pod["terminationGracePeriodSeconds"], pause + drain)

    def test_keys_and_database_come_from_secrets_that_no_file_contains(self):
        for overlay, item, pod in self.each_pod():
            secrets = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
            self.assertIn("onsale-keys", secrets)
            self.assertEqual("onsale-database" in secrets, overlay == "postgresql")
        self.assertEqual(list(self.each("Secret")), [])

    def test_deployments_survive_the_loss_of_a_node_and_scale(self):
        names = {item["metadata"]["name"] for _, item in self.each("Deployment")}
        budgets = {item["metadata"]["name"]: item for _, item in self.each("PodDisruptionBudget")}
        scalers = {item["spec"]["scaleTargetRef"]["name"]: item for _, item in self.each("HorizontalPodAutoscaler")}
        self.assertEqual((set(budgets), set(scalers)), (names, names))
        self.assertTrue(all(item["spec"]["minReplicas"] >= 2 for item in scalers.values()))
        for _, item in self.each("StatefulSet"):
            self.assertEqual(item["spec"]["replicas"], 1, "a SQLite database has one program")

    def test_networks_allow_only_what_a_policy_names(self):
        for overlay in OVERLAYS:
            policies = {o["metadata"]["name"]: o["spec"] for o in self.objects[overlay] if o["kind"] == "NetworkPolicy"}
            self.assertEqual(policies["default-deny"], {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})
            for name, policy in policies.items():
                for rule in policy.get("ingress", []) + policy.get("egress", []):
                    self.assertTrue(rule["ports"], name)
                    # Only the database has an unknown address.
                    self.assertEqual("from" in rule or "to" in rule, name != "database", name)

    def test_every_selector_finds_pods(self):
        for overlay, objects in self.objects.items():
            pods = [item["spec"]["template"]["metadata"]["labels"] for item in objects if item["kind"] in OVERLAYS.values()]
            for item in objects:
                selector = item.get("spec", {}).get("selector", {})
                selector = selector.get("matchLabels", selector)
                if selector:
                    self.assertEqual(sum(selector.items() <= labels.items() for labels in pods), 1, item["metadata"]["name"])


class WebEdge(unittest.TestCase):
    """deploy/kubernetes/web, which runs beside each overlay."""

    @classmethod
    def setUpClass(cls):
        Kubernetes.setUpClass()
        cls.text = run("sh", "-c", f"kubectl kustomize {ROOT / 'deploy/kubernetes/web'} 2>/dev/null").stdout
        cls.objects = {(item["kind"], item["metadata"]["name"]): item for item in yaml.safe_load_all(cls.text)}
        cls.pod = cls.objects["Deployment", "web"]["spec"]["template"]["spec"]

    def test_every_object_fits_its_schema(self):
        file = VALIDATE.parents[1] / "web.yaml"
        file.write_text(self.text)
        checked = run(VALIDATE, "--strict", file)
        self.assertEqual((checked.returncode, checked.stdout.count("passed")), (0, len(self.objects)), checked.stdout)

    def test_the_edge_has_existing_options_and_reaches_the_services_of_the_overlays(self):
        container = self.pod["containers"][0]
        known = options("gateway-web").values()
        self.assertEqual(container["command"], ["gateway-web"])
        self.assertLessEqual({entry["name"] for entry in container["env"]}, {option["variable"] for option in known})
        names = {item["metadata"]["name"]: item["spec"]["ports"] for item in yaml.safe_load_all(
            text("deploy/kubernetes/base/services.yaml"))}
        for service, ports in names.items():
            address = next(e["value"] for e in container["env"] if e["name"] == f"ONSALE_{service.upper()}")
            self.assertEqual(address, f"{service}.onsale.svc:{ports[0]['port']}")

    def test_the_edge_sees_neither_keys_nor_databases_and_is_restricted(self):
        secrets = [volume["secret"]["secretName"] for volume in self.pod["volumes"] if "secret" in volume]
        self.assertEqual(secrets, ["onsale-edge"])
        labels = self.objects["Namespace", "onsale-web"]["metadata"]["labels"]
        self.assertEqual(labels["pod-security.kubernetes.io/enforce"], "restricted")
        # The policy of the services lets clients with this label in.
        self.assertEqual(labels["onsale-clients"], "true")
        for container in self.pod["initContainers"] + self.pod["containers"]:
            self.assertEqual(container["securityContext"], {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})


if __name__ == "__main__":
    unittest.main()
