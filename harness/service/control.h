/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket (harness/docs/SERVICE.md): JSON lines over a UNIX socket, for root and the
 * group memsoak. It lives within the event loop and waits for nobody: what a client may take, in
 * memory, lines, connections and time, is bounded, and who goes beyond it gets one line that says
 * so and is cut off.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct jsonw;

#define CONTROL_VERSION 1
#define CONTROL_GROUP "memsoak"
#define CONTROL_MAX_CLIENTS 16
#define CONTROL_MAX_LINE 4096	   /* bytes of a request, its newline included */
#define CONTROL_MAX_REQUESTS 32	   /* of a client within a second */
#define CONTROL_MAX_CONNECTIONS 32 /* within a second; further ones wait in the kernel's queue */
#define CONTROL_MAX_PENDING 65536  /* bytes that a client has not read */
#define CONTROL_SILENCE_NS (10ULL * 1000000000) /* half a line, or nothing at all, for so long */
#define CONTROL_STUCK_NS (30ULL * 1000000000)	/* a subscriber that does not read */

struct control_peer {
	pid_t pid;
	uid_t uid;
};

struct control_hooks {
	void *context;
	struct jsonw *(*status)(void *context);	/* made anew; control frees it */
	void (*abort)(void *context, const struct control_peer *peer);
};

struct control;

/*
 * Binds @path, in place of a socket that a dead daemon has left: the caller holds the lock of the
 * host's one run. The group is given the socket where it exists and we are root.
 */
int control_open(const char *path, const struct control_hooks *hooks, struct control **ret_control,
		 struct err *e);
/* Tells the subscribers that this was all, and takes the socket away. NULL is fine. */
void control_close(struct control *c);

/* Readable when control_serve() has something to do. */
int control_fd(const struct control *c);
void control_serve(struct control *c, uint64_t now_ns);

/* At least every few seconds: looks for clients whose time is up. */
void control_tick(struct control *c, uint64_t now_ns);

/* A status line to every subscriber that has read the one before. */
void control_publish(struct control *c, uint64_t now_ns);
size_t control_clients(const struct control *c);
