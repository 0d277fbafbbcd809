#pragma once
// The functions of SHA-2 that are not in an algorithm table: OpenSSL 3 discourages them, because they cannot be replaced.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <string.h>

// The table lookups of EVP cost more than the hash of a short message.
static inline void onsale_sha256(const void *message, size_t count, unsigned char *hash)
{
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, message, count);
    SHA256_Final(hash, &context);
}

// HMAC-SHA-512-256, as in `crypto_auth` of libsodium, whose SHA-512 takes half as long again.
typedef struct {
    SHA512_CTX inner, outer;
} onsale_tag_key;

static inline void onsale_tag_key_init(onsale_tag_key *key, const unsigned char *secret, size_t count)
{
    unsigned char block[SHA512_CBLOCK];
    for (size_t index = 0; index < sizeof block; index++)
        block[index] = (index < count ? secret[index] : 0) ^ 0x36;
    SHA512_Init(&key->inner);
    SHA512_Update(&key->inner, block, sizeof block);
    for (size_t index = 0; index < sizeof block; index++)
        block[index] ^= 0x36 ^ 0x5c;
    SHA512_Init(&key->outer);
    SHA512_Update(&key->outer, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

static inline void onsale_tag(const onsale_tag_key *key, const void *message, size_t count, unsigned char tag[32])
{
    unsigned char hash[SHA512_DIGEST_LENGTH];
    SHA512_CTX context = key->inner;
    SHA512_Update(&context, message, count);
    SHA512_Final(hash, &context);
    context = key->outer;
    SHA512_Update(&context, hash, sizeof hash);
    SHA512_Final(hash, &context);
    memcpy(tag, hash, 32);
    OPENSSL_cleanse(hash, sizeof hash);
}

// Functions for macros, which Swift cannot call.

static inline void onsale_tls_harden(SSL_CTX *context)
{
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_max_early_data(context, 0);
}

// Without keeping them, a connection has buffers only while it reads or writes a record.
static inline void onsale_tls_keep_buffers(SSL *connection, bool keeps)
{
    if (keeps)
        SSL_clear_mode(connection, SSL_MODE_RELEASE_BUFFERS);
    else
        SSL_set_mode(connection, SSL_MODE_RELEASE_BUFFERS);
}

static inline int onsale_tls_set_groups(SSL_CTX *context, const char *groups)
{
    return SSL_CTX_set1_groups_list(context, groups) == 1;
}

static inline void onsale_tls_set_longest_chain(SSL_CTX *context, long bytes)
{
    SSL_CTX_set_max_cert_list(context, bytes);
}

static inline int onsale_tls_add_to_chain(SSL_CTX *context, X509 *certificate)
{
    return SSL_CTX_add1_chain_cert(context, certificate) == 1;
}

static inline int onsale_tls_set_server_name(SSL *connection, const char *name)
{
    return SSL_set_tlsext_host_name(connection, name) == 1;
}

static inline void onsale_bio_wants_nothing(BIO *bio) { BIO_clear_retry_flags(bio); }

static inline void onsale_bio_wants_more(BIO *bio) { BIO_set_retry_read(bio); }

static inline int onsale_err_reason(unsigned long error) { return ERR_GET_REASON(error); }

// Calls `found` with each URI among the names of a certificate.
static inline void onsale_x509_uris(X509 *certificate, void *context, void (*found)(void *, const char *, int))
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int index = 0; index < sk_GENERAL_NAME_num(names); index++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
        if (name->type == GEN_URI)
            found(context, (const char *)ASN1_STRING_get0_data(name->d.uniformResourceIdentifier),
                  ASN1_STRING_length(name->d.uniformResourceIdentifier));
    }
    GENERAL_NAMES_free(names);
}

// Seconds since 1970 of a time of a certificate.
static inline long long onsale_asn1_seconds(const ASN1_TIME *time)
{
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (long long)timegm(&parts) : 0;
}
