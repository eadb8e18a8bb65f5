// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/control_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"

static int take_away_stale(const char *path, struct err *e)
{
	struct stat at;

	if (lstat(path, &at) < 0)
		return errno == ENOENT ? 0 : err_errno(e, -errno, "cannot look at '%s'", path);
	if (!S_ISSOCK(at.st_mode))
		return err_set(e, -EEXIST, "'%s' is in the way and no socket: remove it", path);
	return unlink(path) < 0 ? err_errno(e, -errno, "cannot remove '%s'", path) : 0;
}

/* Root's alone from its first moment on; then the group's too. */
static int bind_for_group(int fd, const char *path, struct err *e)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct group *group = getgrnam(CONTROL_GROUP);
	mode_t before;
	int r;

	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(e, -ENAMETOOLONG, "'%s' is too long a path for a socket", path);
	(void)strcpy(address.sun_path, path);
	before = umask(0177);
	r = bind(fd, (const struct sockaddr *)&address, sizeof(address));
	(void)umask(before);
	if (r < 0)
		return err_errno(e, -errno, "cannot bind '%s'", path);
	if (group && geteuid() == 0 &&
	    (chown(path, 0, group->gr_gid) < 0 || chmod(path, 0660) < 0))
		return err_errno(e, -errno, "cannot give '%s' to the group " CONTROL_GROUP, path);
	return listen(fd, CONTROL_MAX_CLIENTS) < 0
		       ? err_errno(e, -errno, "cannot listen on '%s'", path)
		       : 0;
}

static void listen_again(struct control *c, bool wanted)
{
	struct epoll_event event = {.events = wanted ? EPOLLIN : 0, .data.ptr = NULL};

	if (c->is_listening == wanted)
		return;
	(void)epoll_ctl(c->epoll_fd, EPOLL_CTL_MOD, c->listen_fd, &event);
	c->is_listening = wanted;
}

int control_open(const char *path, const struct control_hooks *hooks, struct control **ret_control,
		 struct err *e)
{
	struct control *c = memory_alloc(1, sizeof(*c));
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	int r = take_away_stale(path, e);

	c->hooks = *hooks;
	c->is_listening = true;
	c->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	c->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (r == 0 && (c->epoll_fd < 0 || c->listen_fd < 0))
		r = err_errno(e, -errno, "cannot make the control socket");
	if (r == 0)
		r = bind_for_group(c->listen_fd, path, e);
	if (r == 0)
		c->path = memory_string(path);
	if (r == 0 && epoll_ctl(c->epoll_fd, EPOLL_CTL_ADD, c->listen_fd, &event) < 0)
		r = err_errno(e, -errno, "cannot watch the control socket");
	if (r < 0) {
		control_close(c);
		return r;
	}
	*ret_control = c;
	return 0;
}

void control_close(struct control *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++) {
		struct control_client *client = c->clients[i];

		if (client && client->is_subscriber)
			control_say_end(client);
		if (client)
			control_drop(c, client);
	}
	if (c->path)
		(void)unlink(c->path);
	free(c->path);
	if (c->listen_fd >= 0)
		(void)close(c->listen_fd);
	if (c->epoll_fd >= 0)
		(void)close(c->epoll_fd);
	free(c);
}

int control_fd(const struct control *c)
{
	return c->epoll_fd;
}

size_t control_clients(const struct control *c)
{
	size_t n = 0;

	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++)
		n += c->clients[i] != NULL;
	return n;
}

static struct control_client **free_place(struct control *c)
{
	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++)
		if (!c->clients[i])
			return &c->clients[i];
	return NULL;
}

static void take_connection(struct control *c, int fd, uint64_t now_ns)
{
	struct control_client **place = free_place(c);
	struct control_client *client = memory_alloc(1, sizeof(*client));
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
	struct ucred peer;
	socklen_t size = sizeof(peer);

	*client = (struct control_client){.fd = fd, .window_ns = now_ns, .heard_ns = now_ns};
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
		client->peer = (struct control_peer){.pid = peer.pid, .uid = peer.uid};
	if (!place) {
		control_say_error(client, "too many clients: at most %d", CONTROL_MAX_CLIENTS);
		control_free_client(client);
		return;
	}
	if (epoll_ctl(c->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		control_free_client(client);
		return;
	}
	*place = client;
}

static void take_connections(struct control *c, uint64_t now_ns)
{
	for (;;) {
		int fd;

		if (c->connections >= CONTROL_MAX_CONNECTIONS) {
			listen_again(c, false); /* until the next second */
			return;
		}
		fd = accept4(c->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return;
		c->connections++;
		take_connection(c, fd, now_ns);
	}
}

void control_serve(struct control *c, uint64_t now_ns)
{
	struct epoll_event events[CONTROL_MAX_CLIENTS + 1];
	int n = epoll_wait(c->epoll_fd, events, ARRAY_SIZE(events), 0);
	bool is_asked = false;

	for (int i = 0; i < n; i++) {
		struct control_client *client = events[i].data.ptr;

		if (!client)
			is_asked = true;
		else if (!control_client_ready(c, client, events[i].events, now_ns))
			control_drop(c, client);
	}
	/* Last, so that no place is taken anew while @events still names who had it. */
	if (is_asked)
		take_connections(c, now_ns);
}

void control_tick(struct control *c, uint64_t now_ns)
{
	if (now_ns - c->window_ns >= NS_PER_S) {
		c->window_ns = now_ns;
		c->connections = 0;
		listen_again(c, true);
	}
	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++)
		if (c->clients[i] && !control_client_in_time(c->clients[i], now_ns))
			control_drop(c, c->clients[i]);
}

void control_publish(struct control *c, uint64_t now_ns)
{
	struct jsonw *line = NULL;

	for (size_t i = 0; i < CONTROL_MAX_CLIENTS; i++) {
		struct control_client *client = c->clients[i];

		if (!client || !client->is_subscriber || client->n_out > 0)
			continue;
		if (!line)
			line = control_status_event(c);
		if (!control_say(client, line, now_ns))
			control_drop(c, client);
		else
			control_watch_output(c, client);
	}
	jsonw_free(line);
}
