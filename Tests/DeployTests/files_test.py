"""Checks the files of deploy/ without running them, also those for Docker, which Debian does not package."""

import pathlib
import re
import tempfile
import unittest

import yaml

from repository import PROGRAMS, ROOT, SERVICES, options, run, schemas, tables, text, tracked


class Scripts(unittest.TestCase):
    def test_shellcheck_finds_nothing(self):
        scripts = [path for path in tracked() if path.read_bytes()[:30].startswith(b"#!/usr/bin/env bash")]
        self.assertGreater(len(scripts), 5)
        checked = run("shellcheck", "--external-sources", *scripts)
        self.assertEqual(checked.returncode, 0, checked.stdout)


    # A pattern of a call in a script, and the Debian package that provides the program.
    PACKAGES = {
        r"\bswift (build|test)\b": "--to-build", r"\bspin -": "spin", r"\bgcc -": "gcc", r"\bg\+\+ -": "g++",
        r"\bprotoc ": "protobuf-compiler", r"\bprotoc-c ": "protobuf-c-compiler",
        r"google/protobuf/descriptor\.proto|options\.proto": "libprotobuf-dev",
        r"\bgrpc_cpp_plugin\b": "protobuf-compiler-grpc",
        r"--libs grpc\+\+": "libgrpc++-dev", r"\bredis-server -": "redis-server", r"\bredis-cli ": "redis-tools",
        r"\bpgbench\b": "postgresql-contrib", r"\bpsql -": "postgresql-client", r"\bpython3 -c\b": "python3",
        r"/initdb\b": "postgresql", r"\bwrk -": "wrk", r"/nginx -": "nginx-light", r"\bcurl -": "curl",
        r"-m venv\b": "python3-venv", r"/pip\" install\b": "python3-pip",
    }
    # Each entry is one script with the files that it runs; it must work on a fresh machine.
    RUN_ALONE = [
        ["proto/generate"], ["Tests/Models/check"], ["Tests/Fuzz/run"], ["Tests/PaymentTests/histories"],
        ["deploy/with-postgres"], ["Tests/Failover/check", "Tests/Failover/shared"],
        ["Tests/Failover/patroni", "Tests/Failover/shared"], ["Tests/Benchmarks/compare", "Tests/Benchmarks/compare.d/database"],
        ["Tests/Benchmarks/compare", "Tests/Benchmarks/compare.d/holds"],
        ["Tests/Benchmarks/compare", "Tests/Benchmarks/compare.d/purchases"],
        ["Tests/Benchmarks/compare", "Tests/Benchmarks/compare.d/queue"],
        ["Tests/Web/check"], ["Tests/Benchmarks/compare", "Tests/Benchmarks/compare.d/web"],
        ["Tests/Benchmarks/compare", "Tests/Benchmarks/compare.d/rpc", "Tests/Benchmarks/Peers/grpc/build"],
    ]

    def test_a_script_installs_the_packages_of_the_programs_that_it_calls(self):
        for files in self.RUN_ALONE:
            code = re.sub(r"(?m)^\s*#.*$|\\\n", "", "\n".join(text(file) for file in files))
            installs = " ".join(re.findall(r"(?:install-dependencies\"?|\bneed) (.*)", code)).split()
            for call, package in self.PACKAGES.items():
                if re.search(call, code):
                    with self.subTest(script=files[-1], package=package):
                        self.assertIn(package, installs)

    def test_only_takes_names_of_packages_and_prints_nothing_if_they_are_installed(self):
        done = run("deploy/install-dependencies", "--only", "git", "pkg-config")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        refused = run("deploy/install-dependencies", "--only")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--only needs the names of packages", refused.stdout)


class Units(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.unit = pathlib.Path(folder.name, "onsale@.service")
        self.edge = self.unit.with_name("onsale-web.service")
        # The test does not need installed programs.
        self.unit.write_text(text("deploy/systemd/onsale@.service").replace("/usr/local/bin/%i", "/bin/true"))
        self.edge.write_text(text("deploy/systemd/onsale-web.service").replace("/usr/local/bin/gateway-web", "/bin/true"))

    def test_systemd_accepts_the_unit(self):
        for unit in [self.edge] + [self.unit.with_name(f"onsale@{service}.service") for service in SERVICES]:
            verified = run("systemd-analyze", "verify", unit)
            self.assertEqual((verified.returncode, verified.stdout), (0, ""))

    def test_systemd_rates_the_exposure_of_the_unit_as_low(self):
        # Of 100. A unit without restrictions has 96. The web edge may use ports below 1024.
        for unit, threshold in ((self.unit, 15), (self.edge, 16)):
            checked = run("systemd-analyze", "security", "--offline=true", f"--threshold={threshold}", "--no-pager", unit)
            self.assertEqual(checked.returncode, 0, checked.stdout)

    def test_systemd_can_create_the_user_of_the_unit(self):
        checked = run("systemd-sysusers", "--dry-run", ROOT / "deploy/systemd/onsale.sysusers")
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertRegex(text("deploy/systemd/onsale.sysusers"), r"(?m)^u onsale ")
        self.assertRegex(text("deploy/systemd/onsale@.service"), r"(?m)^User=onsale$")
        # Another user, which cannot read the keys.
        self.assertRegex(text("deploy/systemd/onsale.sysusers"), r"(?m)^u onsale-web ")
        self.assertRegex(text("deploy/systemd/onsale-web.service"), r"(?m)^User=onsale-web$")

    def test_the_unit_lets_services_write_every_path_of_the_runbook(self):
        state = "/var/lib/" + re.search(r"(?m)^StateDirectory=(.+)$", text("deploy/systemd/onsale@.service")).group(1)
        self.assertIn(f":{state}:", ":".join(text("deploy/systemd/onsale.sysusers").split()))
        runbook = re.sub(r"(?ms)^```console.*?^```$", "", text("deploy/README.md"))
        # The keys count, too, because a rotation writes the new file beside the old one.
        written = re.findall(r"(?:ONSALE_KEYS=|--keys |keys=|ONSALE_DATABASE=sqlite://|sqlite://)(/\S*)", runbook)
        self.assertGreater(len(written), 10)
        self.assertEqual({path.rpartition("/")[0] for path in written}, {state})


class Images(unittest.TestCase):
    def setUp(self):
        lines = re.sub(r"(?m)^\s*#.*\n", "", text("deploy/Dockerfile")).replace("\\\n", " ")
        self.steps = [line.split(maxsplit=1) for line in lines.splitlines() if line.strip()]
        self.build, self.image = self.stages()

    def stages(self):
        starts = [index for index, step in enumerate(self.steps) if step[0] == "FROM"]
        self.assertEqual(len(starts), 2, "one stage to build, and the image")
        return self.steps[: starts[1]], self.steps[starts[1] :]

    def installed(self, stage):
        words = " ".join(step[1] for step in stage if step[0] == "RUN")
        return set(re.search(r"--no-install-recommends\s+(.*?)&&", words).group(1).split())

    def test_the_build_installs_the_packages_of_install_dependencies(self):
        build = re.search(r"build=\((.*?)\)", text("deploy/install-dependencies"), re.S).group(1).split()
        self.assertEqual(self.installed(self.build), set(build))

    def test_the_image_has_every_library_of_the_programs(self):
        needed = set()
        for program in PROGRAMS:
            path = run("sh", "-c", f"command -v {program}").stdout.strip()
            for library in re.findall(r"NEEDED\s+(\S+)", run("objdump", "-p", path).stdout):
                owner = run("dpkg-query", "--search", f"*/{library}").stdout.split(":")[0]
                # Swift's own libraries are linked into the programs; libc is in every image.
                if not library.startswith(("libswift", "libdispatch", "libBlocksRuntime", "libFoundation")) and owner != "libc6":
                    needed.add(owner)
        self.assertGreater(len(needed), 4)
        self.assertLessEqual(needed - {"libgcc-s1"}, self.installed(self.image))

    def test_the_image_does_not_run_as_root_and_has_a_health_check(self):
        names = [step[0] for step in self.image]
        self.assertIn("HEALTHCHECK", names)
        user = [step[1] for step in self.image if step[0] == "USER"]
        self.assertEqual(user, ["10001"])
        self.assertIn("--uid 10001", " ".join(step[1] for step in self.image if step[0] == "RUN"))

    def test_the_image_has_every_program(self):
        words = " ".join(step[1] for step in self.build)
        for program in PROGRAMS:
            self.assertEqual(len(re.findall(rf"(?<![\w-]){program}(?![\w-])", words)), 2, program)

    def copied(self):
        return [step[1].split()[0] for step in self.build if step[0] == "COPY"]

    def test_docker_ignores_no_copied_file(self):
        allowed = re.findall(r"(?m)^!(.*)$", text("deploy/Dockerfile.dockerignore"))
        self.assertEqual(sorted(self.copied()), sorted(allowed))

    def test_swiftpm_can_read_the_package_from_the_copied_files(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in self.copied():
                pathlib.Path(folder, name).symlink_to(ROOT / name)
            described = run("swift", "package", "describe", cwd=folder)
            self.assertEqual(described.returncode, 0, described.stdout)

    def test_the_variables_of_the_image_are_options_of_every_service(self):
        variables = {word.split("=")[0] for step in self.image if step[0] == "ENV" for word in step[1].split()}
        for service in SERVICES:
            self.assertLessEqual(variables, {option["variable"] for option in options(service).values()}, service)


class Composition(unittest.TestCase):
    def setUp(self):
        self.compose = yaml.safe_load(text("deploy/compose.yaml"))
        self.services = self.compose["services"]

    def test_it_has_every_service_with_existing_options(self):
        commands = {service["command"][0]: service for service in self.services.values() if "environment" in service and "command" in service}
        self.assertEqual(set(commands), {*SERVICES, "gateway-web"})
        for program, service in commands.items():
            variables = {option["variable"] for option in options(program).values()}
            self.assertLessEqual(set(service["environment"]), variables, program)
            # The default addresses of other services are on loopback, where a container has no other service.
            peers = {option["variable"] for option in options(program).values() if option["placeholder"] == "HOST:PORT,..."}
            self.assertLessEqual(peers, set(service["environment"]), program)

    def test_every_reference_in_it_exists(self):
        for name, service in self.services.items():
            self.assertLessEqual(set(service.get("depends_on", {})), set(self.services), name)
            for volume in service["volumes"]:
                source = volume.split(":")[0]
                self.assertTrue(source in self.compose["volumes"] or (ROOT / "deploy" / source).exists(), volume)
            if "build" in service:
                self.assertTrue((ROOT / "deploy" / service["build"]["context"] / service["build"]["dockerfile"]).exists())

    def test_other_machines_cannot_connect(self):
        for name, service in self.services.items():
            for port in service.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), f"{name}: {port}")

    def test_the_web_edge_does_not_see_the_keys(self):
        self.assertEqual(self.services["web"]["volumes"], ["web:/var/lib/onsale/web:ro"])

    def test_it_contains_no_password(self):
        for name, service in self.services.items():
            for variable, value in service.get("environment", {}).items():
                if "PASSWORD" in variable:
                    self.assertRegex(value, r"^\$\{\w+:\?.+\}$", f"{name}: {variable}")


class Rules(unittest.TestCase):
    def test_prometheus_accepts_its_configuration(self):
        checked = run("promtool", "check", "config", "deploy/prometheus/prometheus.yml")
        self.assertEqual(checked.returncode, 0, checked.stdout)

    def test_each_alert_fires_on_trouble_only(self):
        tested = run("promtool", "test", "rules", "Tests/DeployTests/alerts.yml")
        self.assertEqual(tested.returncode, 0, tested.stdout)
        rules = re.findall(r"- alert: (\w+)", text("deploy/prometheus/alerts.yml"))
        self.assertEqual(set(rules), set(re.findall(r"alertname: (\w+)", text("Tests/DeployTests/alerts.yml"))))

    def test_prometheus_scrapes_every_program(self):
        jobs = yaml.safe_load(text("deploy/prometheus/prometheus.yml"))["scrape_configs"]
        programs = {"edge": "gateway-web"} | {name.removesuffix("Service").lower(): name for name in SERVICES}
        self.assertEqual({job["job_name"] for job in jobs}, set(programs))
        for job in jobs:
            default = options(programs[job["job_name"]])["status-listen"]["default"]
            self.assertEqual(job["static_configs"][0]["targets"], [default])


class Distribution(unittest.TestCase):
    def test_citus_distributes_every_table_by_the_first_column_of_its_key(self):
        parts = dict(re.findall(r"\\if :is_(\w+)\n(.*?)\\endif", text("deploy/postgresql/citus.sql"), re.S))
        for service in SERVICES:
            part = parts[service.removesuffix("Service").lower()]
            calls = re.findall(r"distribute\('(\w+)', '(\w+)'", part)
            self.assertGreater(len(calls), 3)
            self.assertEqual(dict(calls), tables(service))
            self.assertEqual(len(calls), len(dict(calls)))

    def test_unique_indexes_begin_with_the_distribution_column_of_their_table(self):
        for service in SERVICES:
            for schema in schemas(service):
                for index, table, column in re.findall(
                        r"create unique index (\w+) on (\w+) \((\w+)", schema.read_text()):
                    self.assertEqual(column, tables(service)[table], index)
