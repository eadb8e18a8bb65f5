// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "lab/kernel.h"
#include "lab/paths.h"
#include "lab/run_options.h"
#include "lab/script.h"

#define GUEST_PROFILES "/usr/share/memsoak/profiles"

/* A name, or a file? What has a slash or the suffix is a file. */
static int is_profile_file(const char *name)
{
	size_t n = strlen(name);

	return strchr(name, '/') || (n > 4 && strcmp(name + n - 4, ".ini") == 0);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *payload_profile(const char *name)
{
	if (!is_profile_file(name))
		return memory_string(name);
	return memory_format(GUEST_PROFILES "/%s", last_part(name));
}

/* One line of the list that make-initramfs.sh reads. */
static int add(char **list, const char *host, const char *guest, struct err *e)
{
	cleanup_free char *old = NULL, *path = realpath(host, NULL);

	if (!path)
		return err_errno(e, -errno, "cannot put %s into the guest", host);
	if (strpbrk(path, "\t\n") || strpbrk(guest, "\t\n"))
		return err_set(e, -EINVAL, "%s: no tabs and newlines in names, please", host);
	old = *list;
	*list = memory_format("%s%s\t%s\n", old, path, guest);
	return 0;
}

/*
 * Where a program of ours is: beside memsoak-lab after a build, or where "make install" puts it.
 * NULL: nowhere. Owned by the caller.
 */
static char *find_program(const struct paths *paths, const char *name)
{
	static const char *const folders[] = {".", "../sbin", "../libexec/memsoak"};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		char *path = memory_format("%s/%s/%s", paths->binaries, folders[i], name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

static int add_programs(char **list, const struct run_options *o, const struct paths *paths,
			struct err *e)
{
	static const char *const names[] = {"memsoak", "memsoakd", "memsoak-worker"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		cleanup_free char *host = find_program(paths, names[i]);
		cleanup_free char *guest = memory_format("/usr/bin/%s", names[i]);
		int r = 0;

		if (host)
			r = add(list, host, guest, e);
		else if (o->profile)
			r = err_set(e, -ENOENT, "--profile: no %s in %s: build or install it", names[i],
				    paths->binaries);
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_profiles(char **list, const struct run_options *o, const struct paths *paths,
			struct err *e)
{
	cleanup_free char *file = NULL;
	int r = 0;

	if (paths->profiles)
		r = add(list, paths->profiles, GUEST_PROFILES, e);
	if (r < 0 || !o->profile)
		return r;
	if (is_profile_file(o->profile)) {
		file = payload_profile(o->profile);
		r = add(list, o->profile, file, e);
		return r < 0 ? err_wrap(e, "--profile") : 0;
	}
	file = memory_format("%s/%s.ini", paths->profiles ? paths->profiles : "", o->profile);
	if (access(file, R_OK) < 0)
		return err_set(e, -ENOENT, "--profile %s: no such file, and no %s", o->profile,
			       file);
	return 0;
}

static int add_file(char **list, const char *word, struct err *e)
{
	const char *colon = strrchr(word, ':');
	cleanup_free char *host = NULL, *guest = NULL;
	struct stat st;

	if (colon && colon[1] == '/') {
		host = memory_format("%.*s", (int)(colon - word), word);
		guest = memory_string(colon + 1);
	} else {
		host = memory_string(word);
	}
	if (stat(host, &st) < 0)
		return err_errno(e, -errno, "--file %s", host);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return err_set(e, -EINVAL, "--file %s: neither a file nor a folder", host);
	if (!guest)
		guest = memory_format(
			"%s/%s", S_ISREG(st.st_mode) && (st.st_mode & 0111) ? "/usr/bin" : "/root",
			last_part(host));
	return add(list, host, guest, e);
}

int payload_image(const struct run_options *o, const struct paths *paths,
		  const struct kernel *kernel, struct err *e)
{
	cleanup_close int fd = memfd_create("initramfs", MFD_CLOEXEC);
	cleanup_free char *list = memory_string(""), *answer = NULL, *out = NULL;
	const char *call[5] = {"make-initramfs.sh", "image"};
	int r;

	if (fd < 0)
		return err_errno(e, -errno, "cannot make a memory file");
	r = add_programs(&list, o, paths, e);
	if (r == 0)
		r = add_profiles(&list, o, paths, e);
	for (size_t i = 0; r == 0 && i < o->files.n_items; i++)
		r = add_file(&list, o->files.items[i], e);
	if (r < 0)
		return r;
	out = memory_format("/proc/%d/fd/%d", (int)getpid(), fd);
	call[2] = out;
	call[3] = kernel->modules;
	r = script_run(paths, call, list, 0, &answer, e);
	if (r > 0)
		r = err_set(e, -EIO, "no initramfs: %s ended with %d, its line is above", call[0],
			    r);
	return r < 0 ? r : steal_fd(&fd);
}
