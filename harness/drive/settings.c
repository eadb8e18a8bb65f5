// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"

/* "always [madvise] never" becomes "madvise". */
static void keep_chosen_word(char *value)
{
	char *left = strchr(value, '[');
	char *right = left ? strchr(left, ']') : NULL;

	if (!right)
		return;
	*right = '\0';
	memmove(value, left + 1, strlen(left + 1) + 1);
}

static int read_value(struct fsio *fs, const char *path, char value[SETTING_SIZE])
{
	char text[4 * SETTING_SIZE];
	ssize_t n = fsio_read_text(fs, text, sizeof(text), "%s", path);

	if (n < 0)
		return (int)n;
	keep_chosen_word(text);
	/* A value that is cut could not be put back. */
	if (strlen(text) >= SETTING_SIZE)
		return -EOVERFLOW;
	(void)strcpy(value, text);
	return 0;
}

/* Writes and reads back; -EIO with the reason when the kernel kept something else. */
static int write_value(struct fsio *fs, const char *path, const char *value, struct err *e)
{
	char kept[SETTING_SIZE];
	int r = fsio_write_text(fs, value, "%s", path);

	if (r < 0)
		return err_errno(e, r, "cannot set /%s to '%s'", path, value);
	r = read_value(fs, path, kept);
	if (r < 0)
		return err_errno(e, r, "cannot read /%s back", path);
	if (strcmp(kept, value) != 0)
		return err_set(e, -EIO, "/%s: '%s' was written and the kernel keeps '%s'", path,
			       value, kept);
	return 0;
}

static int copy(char to[SETTING_SIZE], const char *from, struct err *e)
{
	int n = snprintf(to, SETTING_SIZE, "%s", from);

	return n < SETTING_SIZE ? 0 : err_set(e, -ENAMETOOLONG, "'%s' is too long a setting", from);
}

/* Begins @s with what /@path is, and is to be. 1: it is there; 0: this kernel has no such file. */
static int begin(struct fsio *fs, struct setting *s, const char *path, const char *new_value,
		 struct err *e)
{
	int r;

	*s = (struct setting){0};
	if (copy(s->path, path, e) < 0 || copy(s->new_value, new_value, e) < 0)
		return -ENAMETOOLONG;
	r = read_value(fs, path, s->old_value);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? err_errno(e, r, "cannot read /%s", path) : 1;
}

int setting_change(struct fsio *fs, struct setting *s, const char *path, const char *new_value,
		   int (*intent)(void *context, const struct setting *s), void *context,
		   struct err *e)
{
	char kept[SETTING_SIZE];
	int r = begin(fs, s, path, new_value, e);

	if (r <= 0)
		return r;
	if (strcmp(s->old_value, new_value) == 0)
		return 0;
	r = intent ? intent(context, s) : 0;
	if (r < 0)
		return err_errno(e, r, "/%s is left alone: what it was is not on disk", path);
	r = write_value(fs, path, new_value, e);
	if (r == 0) {
		s->changed = true;
		return 1;
	}
	if (read_value(fs, path, kept) == 0 && strcmp(kept, s->old_value) == 0)
		return r;
	/* It is neither: put it back, and when that fails too let setting_restore() know what is.
	 */
	if (write_value(fs, path, s->old_value, NULL) < 0) {
		s->changed = true;
		if (read_value(fs, path, kept) == 0)
			(void)copy(s->new_value, kept, NULL);
	}
	return r;
}

int setting_keep(struct fsio *fs, struct setting *s, const char *path, struct err *e)
{
	int r = begin(fs, s, path, "", e);

	if (r <= 0)
		return r;
	(void)strcpy(s->new_value, s->old_value);
	s->changed = true;
	return 1;
}

/*
 * What the kernel itself changes: the pool of a node by migration (a page that moves to a node may
 * leave the pool that it came from smaller, and the other one greater: mm/hugetlb.c:
 * move_hugetlb_state(), seen on 6.1), or by a block that goes offline (dissolve_free_huge_pages());
 * the warnings that are left by each one (kernel/hung_task.c: check_hung_task()); the reserves by
 * memory hotplug. So another value than ours proves nobody's hand there.
 */
static bool drifts(const char *path)
{
	static const char *const names[] = {"/nr_hugepages", "/hung_task_warnings",
					    "/min_free_kbytes", "/user_reserve_kbytes",
					    "/admin_reserve_kbytes"};
	const char *name = strrchr(path, '/');

	for (size_t i = 0; name && i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

int setting_restore(struct fsio *fs, const struct setting *s, struct err *e)
{
	char now[SETTING_SIZE];
	int r;

	if (!s->changed)
		return 0;
	r = read_value(fs, s->path, now);
	if (r < 0)
		return err_errno(e, r, "cannot read /%s to put '%s' back", s->path, s->old_value);
	if (strcmp(now, s->old_value) == 0)
		return 0;
	if (strcmp(now, s->new_value) != 0 && !drifts(s->path)) {
		(void)err_set(e, -EBUSY,
			      "/%s is '%s': somebody has changed it since we set '%s', so it "
			      "is left alone (before us it was '%s')",
			      s->path, now, s->new_value, s->old_value);
		return 1;
	}
	return write_value(fs, s->path, s->old_value, e);
}
