// Who an agent is, for the C library: a module of the name service switch. An agent's user id is any number, and the
// root filesystem can't be written to, so no line of /etc/passwd can name it; programs that ask who they are
// (`whoami`, Python's getpass, Node's os.userInfo, git) end with an error where nobody answers.
//
// Whoever asks is `agent`, at home in /workspace. Of other users nothing is said: their files show a number.
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static char name[] = "agent";

// The texts are constants, so the caller's buffer isn't needed; nothing writes to what an entry points at.
static enum nss_status give_user(uid_t uid, struct passwd *user) {
  static char locked[] = "*", home[] = "/workspace", shell[] = "/bin/sh";
  *user = (struct passwd){
      .pw_name = name,
      .pw_passwd = locked,
      .pw_uid = uid,
      .pw_gid = getegid(),
      .pw_gecos = name,
      .pw_dir = home,
      .pw_shell = shell,
  };
  return NSS_STATUS_SUCCESS;
}

static enum nss_status give_group(gid_t gid, struct group *group, char *buffer, size_t length, int *error) {
  static char locked[] = "*";
  // The list of members is empty: one pointer, which must be aligned.
  size_t gap = (-(size_t)buffer) % _Alignof(char *);
  if (length < gap + sizeof(char *)) {
    *error = ERANGE;
    return NSS_STATUS_TRYAGAIN;
  }
  char **members = (char **)(void *)(buffer + gap);
  *members = NULL;
  *group = (struct group){.gr_name = name, .gr_passwd = locked, .gr_gid = gid, .gr_mem = members};
  return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_bp_getpwuid_r(uid_t uid, struct passwd *user, char *buffer, size_t length, int *error) {
  (void)buffer, (void)length, (void)error;
  return uid == geteuid() ? give_user(uid, user) : NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_bp_getpwnam_r(const char *wanted, struct passwd *user, char *buffer, size_t length, int *error) {
  (void)buffer, (void)length, (void)error;
  return strcmp(wanted, name) == 0 && geteuid() != 0 ? give_user(geteuid(), user) : NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_bp_getgrgid_r(gid_t gid, struct group *group, char *buffer, size_t length, int *error) {
  return gid == getegid() ? give_group(gid, group, buffer, length, error) : NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_bp_getgrnam_r(const char *wanted, struct group *group, char *buffer, size_t length, int *error) {
  return strcmp(wanted, name) == 0 && getegid() != 0 ? give_group(getegid(), group, buffer, length, error)
                                                     : NSS_STATUS_NOTFOUND;
}
