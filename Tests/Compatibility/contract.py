"""The messages of be9f464, and their form as JSON in this folder.

Requests are packed and replies are read with the contract that be9f464 had, as a client of that time does it. Fields
that a newer service adds are unknown here, and are ignored.

JSON names are those of protobuf's JSON form. Numbers are numbers. Bytes are text:

    $room-a                    the id named room-a (16 bytes), or a value that an earlier answer gave
    $pass(ROOM, PLACE, USER)   a pass, signed with the keys of the recording; with a fourth word `expired`, an old one
    0x00ff                     other bytes; 0x00*1025 is 1,025 zeros

In text, n*200000 is that many times the letter n.
"""

import pathlib

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor

RECORDED = pathlib.Path(__file__).resolve().parent / "recorded"


class Contract:
    """The messages and methods of a descriptor set."""

    def __init__(self, path=RECORDED / "contract.binpb"):
        self.pool = descriptor_pool.DescriptorPool()
        own = descriptor_pb2.FileDescriptorProto()
        descriptor_pb2.DESCRIPTOR.CopyToProto(own)
        self.pool.Add(own)
        self.files = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes()).file
        for file in self.files:
            self.pool.Add(file)
        self.factory = message_factory.MessageFactory(self.pool)

    def message(self, name):
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(name))

    def method(self, name):
        """Returns the descriptor of a method such as `onsale.queue.v1.Queue/Join`."""
        return self.pool.FindMethodByName(name.replace("/", "."))

    def methods(self):
        """The full names of all methods."""
        return [
            f"{file.package}.{service.name}/{method.name}"
            for file in self.files for service in file.service for method in service.method]


def build(message, content, values):
    """Sets the fields of a message from JSON. `values` turns text into bytes and text."""
    fields = {field.json_name: field for field in message.DESCRIPTOR.fields}
    for name, value in content.items():
        field = fields[name]
        if field.label == FieldDescriptor.LABEL_REPEATED:
            for item in value:
                if field.message_type:
                    build(getattr(message, field.name).add(), item, values)
                else:
                    getattr(message, field.name).append(scalar(field, item, values))
        elif field.message_type:
            part = getattr(message, field.name)
            part.SetInParent()
            build(part, value, values)
        else:
            setattr(message, field.name, scalar(field, value, values))


def scalar(field, value, values):
    if field.type == FieldDescriptor.TYPE_BYTES:
        return values.bytes(value)
    if field.type == FieldDescriptor.TYPE_STRING:
        return values.text(value)
    if field.enum_type and isinstance(value, str):
        return field.enum_type.values_by_name[value].number
    return value


def parts(message, values):
    """Returns the JSON of a message: the fields that are set, in the order of their numbers."""
    content = {}
    for field, value in message.ListFields():
        if field.label == FieldDescriptor.LABEL_REPEATED:
            content[field.json_name] = [part(field, item, values) for item in value]
        else:
            content[field.json_name] = part(field, value, values)
    return content


def part(field, value, values):
    if field.message_type:
        return parts(value, values)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return values.name(value)
    if field.type == FieldDescriptor.TYPE_STRING:
        return values.name_of_text(value)
    if field.enum_type:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else value
    if isinstance(value, bool):
        return value
    return values.time(value)
