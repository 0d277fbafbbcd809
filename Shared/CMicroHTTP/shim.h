#pragma once
#include <microhttpd.h>

// The settings of a daemon. Functions that are NULL are not called.
struct onsale_http {
    // Negative for a daemon that gets its connections from MHD_add_connection.
    int listen_socket;
    MHD_AccessHandlerCallback answer;
    MHD_NotifyConnectionCallback connection_changed;
    // Called with the target of a request, and returns the state of the request. If it is not NULL, the daemon can suspend
    // requests.
    void *(*request_began)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback request_ended;
    void *context;
    unsigned connection_limit;
    size_t connection_memory_limit;
};

// Wraps MHD_start_daemon, because Swift cannot call variadic functions. `versions` are the versions of TLS, as a
// priority string of GnuTLS.
//
// Uses poll, because with epoll libmicrohttpd 0.9.75 stops answering when a multiple of 128 connections is ready.
static inline struct MHD_Daemon *onsale_start_http(
    const struct onsale_http *settings, const char *certificate, const char *key, const char *versions)
{
    struct MHD_OptionItem encryption[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)versions },
        { MHD_OPTION_END, 0, NULL },
    };
    struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
    struct MHD_OptionItem listening[] = {
        { MHD_OPTION_LISTEN_SOCKET, settings->listen_socket, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    int listens = settings->listen_socket >= 0;
    // The daemon can give its socket back (MHD_quiesce_daemon) only with MHD_USE_ITC.
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC | (certificate ? MHD_USE_TLS : 0)
        | (listens ? 0 : MHD_USE_NO_LISTEN_SOCKET) | (settings->request_began ? MHD_ALLOW_SUSPEND_RESUME : 0);
    return MHD_start_daemon(
        flags, 0, NULL, NULL, settings->answer, settings->context,
        MHD_OPTION_ARRAY, certificate ? encryption : none,
        MHD_OPTION_ARRAY, listens ? listening : none,
        MHD_OPTION_NOTIFY_CONNECTION, settings->connection_changed, settings->context,
        MHD_OPTION_URI_LOG_CALLBACK, settings->request_began, settings->context,
        MHD_OPTION_NOTIFY_COMPLETED, settings->request_ended, settings->context,
        MHD_OPTION_CONNECTION_LIMIT, settings->connection_limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->connection_memory_limit,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
}

// Wraps MHD_get_connection_info, which is also variadic.
static inline int onsale_http_socket(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static inline const struct sockaddr *onsale_http_client(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
}
