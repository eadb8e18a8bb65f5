// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/cgroup_libcgroup.h"

#include <errno.h>
#include <libcgroup.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"

/* Its own codes are not errnos. Of ECGOTHER the errno is kept aside; cgroup_strerror() knows it too. */
static int failed(struct err *e, int code, const char *what, const char *group)
{
	int number = code == ECGOTHER ? cgroup_get_last_errno() : 0;

	return err_set(e, number > 0 ? -number : -EIO, "libcgroup cannot %s '%s': %s", what, group,
		       cgroup_strerror(code));
}

/* Reads the mount table into static memory: once, from one thread. */
static int init_once(struct err *e)
{
	static bool is_ready;
	int code;

	if (is_ready)
		return 0;
	code = cgroup_init();
	if (code)
		return failed(e, code, "read the mount table of", "/proc/mounts");
	is_ready = true;
	return 0;
}

static void free_groupp(struct cgroup **group)
{
	if (*group)
		cgroup_free(group);
}

static int prepare(const char *name, const struct cgroup_value *values, size_t n,
		   struct cgroup **ret_group, struct err *e)
{
	__attribute__((cleanup(free_groupp))) struct cgroup *group = NULL;
	int r = init_once(e);

	if (r < 0)
		return r;
	group = cgroup_new_cgroup(name);
	if (!group)
		return err_set(e, -ENOMEM, "libcgroup has no memory for '%s'", name);
	for (size_t i = 0; i < n; i++) {
		struct cgroup_controller *controller =
			cgroup_get_controller(group, values[i].controller);
		int code;

		if (!controller)
			controller = cgroup_add_controller(group, values[i].controller);
		if (!controller)
			return err_set(e, -EINVAL, "libcgroup does not know the controller '%s'",
				       values[i].controller);
		code = cgroup_add_value_string(controller, values[i].name, values[i].value);
		if (code)
			return failed(e, code, "take a value for", values[i].name);
	}
	*ret_group = steal_ptr(&group);
	return 0;
}

int libcgroup_create(const char *name, const struct cgroup_value *values, size_t n, struct err *e)
{
	__attribute__((cleanup(free_groupp))) struct cgroup *group = NULL;
	int code, r = prepare(name, values, n, &group, e);

	if (r < 0)
		return r;
	code = cgroup_create_cgroup(group, 0);
	return code ? failed(e, code, "make", name) : 0;
}

int libcgroup_delete(const char *name, const struct cgroup_value *values, size_t n, struct err *e)
{
	__attribute__((cleanup(free_groupp))) struct cgroup *group = NULL;
	int code, r = prepare(name, values, n, &group, e);

	if (r < 0)
		return r;
	code = cgroup_delete_cgroup_ext(group, CGFLAG_DELETE_EMPTY_ONLY);
	return code ? failed(e, code, "remove", name) : 0;
}
