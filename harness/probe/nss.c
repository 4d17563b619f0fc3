/* A module of the name service switch that knows one user and one host, for the probe `names`. */

#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>

enum nss_status _nss_gopie_getpwnam_r(const char *name, struct passwd *found, char *buffer, size_t size, int *error)
{
    static char user[] = "gopie-nss", none[] = "x", home[] = "/", shell[] = "/bin/sh";
    (void)buffer; (void)size;
    if (strcmp(name, user) != 0) {
        *error = ENOENT;
        return NSS_STATUS_NOTFOUND;
    }
    found->pw_name = user;
    found->pw_passwd = found->pw_gecos = none;
    found->pw_uid = found->pw_gid = 4242;
    found->pw_dir = home;
    found->pw_shell = shell;
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_gopie_gethostbyname2_r(const char *name, int family, struct hostent *found, char *buffer,
                                            size_t size, int *error, int *host_error)
{
    static char host[] = "nss.gopie.test", loopback[] = {127, 0, 0, 1};
    static char *addresses[] = {loopback, 0}, *aliases[] = {0};
    (void)buffer; (void)size;
    if (strcmp(name, host) != 0 || family != AF_INET) {
        *error = ENOENT;
        *host_error = HOST_NOT_FOUND;
        return NSS_STATUS_NOTFOUND;
    }
    found->h_name = host;
    found->h_aliases = aliases;
    found->h_addrtype = AF_INET;
    found->h_length = 4;
    found->h_addr_list = addresses;
    return NSS_STATUS_SUCCESS;
}
