/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard against a boot loop: a profile whose run has crashed the host is not begun again by the
 * service, but as far as [run] resume says. The count is in STATE/resume/PROFILE.json.
 */
#pragma once

struct err;

/* A run of @profile was ended by a crash of the host: the how-manieth in a row, or a negative errno. */
int resume_count_crash(const char *profile, const char *run_id, struct err *e);

/* 0: @policy ("never" "once" "always") allows it; -EPERM: it does not, @e says what to do. */
int resume_check(const char *profile, const char *policy, struct err *e);

/* A run has come to its end, or somebody has decided. 0, or a negative errno; -ENOENT: nothing counted. */
int resume_forget(const char *profile, struct err *e);
