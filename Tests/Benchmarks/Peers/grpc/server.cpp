// The echo service on gRPC's asynchronous server: one thread, one completion queue.
//
//     server [FOLDER]     with TLS if a folder with cert.pem and key.pem is given
//
// Prints its port. Exits at the end of its standard input.
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "testing.grpc.pb.h"

using onsale::testing::v1::Echo;
using onsale::testing::v1::EchoReply;
using onsale::testing::v1::EchoRequest;

namespace {

// More than the calls in flight, so that each request finds a waiting call object.
constexpr int kWaitingCalls = 512;

class Call {
public:
    Call(Echo::AsyncService* service, grpc::ServerCompletionQueue* queue) : service_(service), queue_(queue) { wait(); }

    void proceed() {
        if (isAnswered_) return wait();
        isAnswered_ = true;
        reply_.set_payload(request_.payload());
        responder_->Finish(reply_, grpc::Status::OK, this);
    }

private:
    void wait() {
        isAnswered_ = false;
        responder_.reset();
        context_ = std::make_unique<grpc::ServerContext>();
        responder_ = std::make_unique<grpc::ServerAsyncResponseWriter<EchoReply>>(context_.get());
        service_->RequestEcho(context_.get(), &request_, responder_.get(), queue_, queue_, this);
    }

    Echo::AsyncService* service_;
    grpc::ServerCompletionQueue* queue_;
    std::unique_ptr<grpc::ServerContext> context_;
    std::unique_ptr<grpc::ServerAsyncResponseWriter<EchoReply>> responder_;
    EchoRequest request_;
    EchoReply reply_;
    bool isAnswered_ = false;
};

}  // namespace

std::string textOf(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::shared_ptr<grpc::ServerCredentials> credentials(int argc, char** argv) {
    if (argc < 2) return grpc::InsecureServerCredentials();
    const std::string folder = argv[1];
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({textOf(folder + "/key.pem"), textOf(folder + "/cert.pem")});
    return grpc::SslServerCredentials(options);
}

int main(int argc, char** argv) {
    Echo::AsyncService service;
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", credentials(argc, argv), &port);
    builder.AddChannelArgument("grpc.optimization_target", "throughput");
    builder.AddChannelArgument("grpc.minimal_stack", 1);
    builder.RegisterService(&service);
    auto queue = builder.AddCompletionQueue();
    auto server = builder.BuildAndStart();
    if (!server) return 1;

    std::vector<std::unique_ptr<Call>> calls;
    for (int i = 0; i < kWaitingCalls; i++) calls.push_back(std::make_unique<Call>(&service, queue.get()));
    std::thread worker([&] {
        void* tag;
        bool ok;
        while (queue->Next(&tag, &ok)) {
            if (ok) static_cast<Call*>(tag)->proceed();
        }
    });
    std::printf("%d\n", port);
    std::fflush(stdout);

    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    _exit(0);
}
