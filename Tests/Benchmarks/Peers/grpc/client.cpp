// Calls the echo service with gRPC's asynchronous client: one channel, one thread, one completion queue.
//
//     client PORT IN_FLIGHT PAYLOAD_BYTES WARM_UP_SECONDS SECONDS [FOLDER]
//
// With a folder it uses TLS and trusts cert.pem there. Prints the answered calls per second.
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "testing.grpc.pb.h"

using onsale::testing::v1::Echo;
using onsale::testing::v1::EchoReply;
using onsale::testing::v1::EchoRequest;
using Clock = std::chrono::steady_clock;

namespace {

class Caller {
public:
    Caller(Echo::Stub* stub, grpc::CompletionQueue* queue, const EchoRequest& request)
        : stub_(stub), queue_(queue), request_(request) {
        call();
    }

    void call() {
        reader_.reset();
        context_.emplace();
        // Sets a deadline, because each of our calls has one.
        context_->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
        reader_ = stub_->AsyncEcho(&*context_, request_, queue_);
        reader_->Finish(&reply_, &status_, this);
    }

    bool isGood() const { return status_.ok() && reply_.payload().size() == request_.payload().size(); }

private:
    Echo::Stub* stub_;
    grpc::CompletionQueue* queue_;
    const EchoRequest& request_;
    std::optional<grpc::ClientContext> context_;
    std::unique_ptr<grpc::ClientAsyncResponseReader<EchoReply>> reader_;
    EchoReply reply_;
    grpc::Status status_;
};

}  // namespace

std::shared_ptr<grpc::ChannelCredentials> credentials(int argc, char** argv) {
    if (argc < 7) return grpc::InsecureChannelCredentials();
    std::stringstream text;
    text << std::ifstream(std::string(argv[6]) + "/cert.pem").rdbuf();
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = text.str();
    return grpc::SslCredentials(options);
}

int main(int argc, char** argv) {
    if (argc != 6 && argc != 7) {
        std::fprintf(stderr, "usage: client PORT IN_FLIGHT PAYLOAD_BYTES WARM_UP_SECONDS SECONDS [FOLDER]\n");
        return 2;
    }
    const int inFlight = std::atoi(argv[2]);
    EchoRequest request;
    request.set_payload(std::string(std::atoi(argv[3]), 'a'));
    const std::chrono::duration<double> warmUp(std::atof(argv[4])), duration(std::atof(argv[5]));

    grpc::ChannelArguments arguments;
    arguments.SetString("grpc.optimization_target", "throughput");
    arguments.SetInt("grpc.minimal_stack", 1);
    auto channel = grpc::CreateCustomChannel(
        std::string("127.0.0.1:") + argv[1], credentials(argc, argv), arguments);
    auto stub = Echo::NewStub(channel);
    if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(5))) {
        std::fprintf(stderr, "client: nothing listens on port %s\n", argv[1]);
        return 1;
    }

    grpc::CompletionQueue queue;
    std::vector<std::unique_ptr<Caller>> callers;
    for (int i = 0; i < inFlight; i++) callers.push_back(std::make_unique<Caller>(stub.get(), &queue, request));

    const auto measureFrom = Clock::now() + std::chrono::duration_cast<Clock::duration>(warmUp);
    const auto end = measureFrom + std::chrono::duration_cast<Clock::duration>(duration);
    long answered = 0;
    void* tag;
    bool ok;
    while (queue.Next(&tag, &ok)) {
        auto* caller = static_cast<Caller*>(tag);
        if (!ok || !caller->isGood()) {
            std::fprintf(stderr, "client: a call failed\n");
            return 1;
        }
        const auto now = Clock::now();
        if (now >= end) break;
        if (now >= measureFrom) answered++;
        caller->call();
    }
    std::printf("%.0f\n", answered / duration.count());
    std::fflush(stdout);
    _exit(0);
}
