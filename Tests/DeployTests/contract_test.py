"""Reads the contract from running services, as a client in another language does that has no .proto files."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

from repository import ROOT, SERVICES
from running_test import in_folder, running

sys.path.insert(0, str(ROOT / "proto/example"))
import client


def options(files):
    """Returns the options of each field, value and method by its full name, as the files themselves define them."""
    pool = descriptor_pool.DescriptorPool()
    pool.Add(descriptor_pb2.FileDescriptorProto.FromString(descriptor_pb2.DESCRIPTOR.serialized_pb))
    for file in files:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    found = {}

    def add(name, kind, declaration):
        known = factory.GetPrototype(pool.FindMessageTypeByName(f"google.protobuf.{kind}"))
        given = known.FromString(declaration.options.SerializeToString())
        if given.ByteSize():
            values = json_format.MessageToDict(given, preserving_proto_field_name=True)
            # The library writes some extensions with their full name in brackets.
            found[f"{name}.{declaration.name}"] = {
                key.strip("[]").removeprefix("onsale.rpc.v1."): value for key, value in values.items()}

    def add_enum(scope, enum):
        for value in enum.value:
            add(f"{scope}.{enum.name}", "EnumValueOptions", value)

    def add_message(scope, message):
        for field in message.field:
            add(f"{scope}.{message.name}", "FieldOptions", field)
        for nested in message.nested_type:
            add_message(f"{scope}.{message.name}", nested)
        for enum in message.enum_type:
            add_enum(f"{scope}.{message.name}", enum)

    # Resolves the extensions, which the pool adds when it builds the file.
    factory.GetMessages([file.name for file in files])
    for file in files:
        for message in file.message_type:
            add_message(file.package, message)
        for enum in file.enum_type:
            add_enum(file.package, enum)
        for service in file.service:
            for method in service.method:
                add(f"{file.package}.{service.name}", "MethodOptions", method)
    return found


def described(address):
    """Returns the files that DescribeProtocol serves."""
    connection = client.Connection(address)
    with connection.socket:
        return descriptor_pb2.FileDescriptorSet.FromString(connection.describe()).file


class Contract(unittest.TestCase):
    # Declarations with each option, and what a client must see.
    EXAMPLES = {
        "onsale.concert.v1.Concert.CheckIn": {
            "callers": ["OPERATOR"], "duties": ["GATE"], "idempotency_level": "IDEMPOTENT"},
        "onsale.concert.v1.ScheduleSettings.seats_per_user": {"range": {"min": "1", "max": "50", "zero": "4"}},
        "onsale.concert.v1.AddScheduleRequest.settings": {"required": True},
        "onsale.concert.v1.ConcertFailure.Reason.TICKET_USED": {
            "code": "FAILED_PRECONDITION", "sentence": "the ticket was used"},
        "onsale.queue.v1.CreateRoomRequest.name": {"text": {"min": 1, "max": 64, "kind": "NAME_OF_ROOM"}},
        "onsale.wallet.v1.PayRequest.concert_id": {"id": "Concert", "required": True},
    }

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            cls.served = {}
            for service in SERVICES:
                with running(service, folder, port="listening") as address:
                    files = described(address)
                cls.served[service] = options(files)
        cls.all = {name: value for served in cls.served.values() for name, value in served.items()}

    def test_every_option_arrives_as_the_contract_declares_it(self):
        names = sorted(path.name for path in (ROOT / "proto").glob("*.proto"))
        with tempfile.NamedTemporaryFile() as compiled:
            subprocess.run(["protoc", f"-I{ROOT}/proto", f"-o{compiled.name}", *names], check=True)
            files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(compiled.name).read_bytes()).file
        declared = options(files)
        self.assertEqual(self.all.keys(), declared.keys())
        for name, value in declared.items():
            with self.subTest(name=name):
                self.assertEqual(self.all[name], value)

    def test_a_client_reads_the_values_of_each_option(self):
        for name, value in self.EXAMPLES.items():
            with self.subTest(name=name):
                self.assertEqual(self.all.get(name), value)

    def test_every_service_describes_the_reasons_that_all_services_share(self):
        for service, served in self.served.items():
            with self.subTest(service=service):
                self.assertTrue("onsale.rpc.v1.CallFailure.Reason.INVALID_FIELD" in served)
