#pragma once
#include <microhttpd.h>

// Wraps MHD_start_daemon, because Swift cannot call variadic functions.
//
// Uses poll, because with epoll libmicrohttpd 0.9.75 stops answering when a multiple of 128 connections is ready.
static inline struct MHD_Daemon *onsale_start_http(
    int listen_socket, MHD_AccessHandlerCallback answer, MHD_NotifyConnectionCallback notify, void *context,
    unsigned connection_limit, size_t connection_memory_limit, const char *certificate, const char *key)
{
    struct MHD_OptionItem encryption[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"SECURE128:-VERS-ALL:+VERS-TLS1.3" },
        { MHD_OPTION_END, 0, NULL },
    };
    struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
    // The daemon can give its socket back (MHD_quiesce_daemon) only with MHD_USE_ITC.
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC | (certificate ? MHD_USE_TLS : 0);
    return MHD_start_daemon(
        flags, 0, NULL, NULL, answer, context,
        MHD_OPTION_ARRAY, certificate ? encryption : none,
        MHD_OPTION_LISTEN_SOCKET, listen_socket,
        MHD_OPTION_NOTIFY_CONNECTION, notify, context,
        MHD_OPTION_CONNECTION_LIMIT, connection_limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory_limit,
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
