"""The messages and methods of Onsale, from the contracts in this package."""

import importlib.resources
import uuid

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


class Contracts:
    """The contracts of a packed FileDescriptorSet that omits descriptor.proto."""

    def __init__(self, file_set):
        self.pool = descriptor_pool.DescriptorPool()
        library = descriptor_pb2.FileDescriptorProto()
        descriptor_pb2.DESCRIPTOR.CopyToProto(library)
        files = descriptor_pb2.FileDescriptorSet.FromString(file_set).file
        for file in [library, *files]:
            self.pool.Add(file)
        self.services = {
            f"{file.package}.{service.name}": service for file in files for service in file.service}

    def message(self, name):
        """The class of the message with this full name."""
        described = self.pool.FindMessageTypeByName(name)
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(described)
        return message_factory.MessageFactory(self.pool).GetPrototype(described)  # protobuf 3.21


class Method:
    """One method: its full name, its messages, and how it may be repeated."""

    def __init__(self, service, described):
        self.name = f"{service}/{described.name}"
        self.request = contracts.message(described.input_type.lstrip("."))
        self.reply = contracts.message(described.output_type.lstrip("."))
        self.is_stream = described.server_streaming
        # NO_SIDE_EFFECTS or IDEMPOTENT.
        self.is_safe_to_repeat = described.options.idempotency_level != 0


def packed(value):
    """The value with UUIDs as bytes, in lists and dictionaries, too."""
    if isinstance(value, uuid.UUID):
        return value.bytes
    if isinstance(value, dict):
        return {name: packed(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [packed(item) for item in value]
    return value


contracts = Contracts(importlib.resources.files(__package__).joinpath("contracts.binpb").read_bytes())
