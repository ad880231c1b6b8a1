/* The two lives of the static program.  */

#ifndef NS_INIT_H
#define NS_INIT_H

/* init.c  */
void ns_run_init (const char *const *argv, const char *const *envp) __attribute__ ((noreturn));

/* helper.c: carry out the plan in the file FD; say on SOCKET what fails.  */
void ns_run_helper (int fd, int socket) __attribute__ ((noreturn));

/* Where the plan begins in that file; before it lies struct ns_descriptors.  */
#define NS_HANDOFF_SIZE 192

#endif
