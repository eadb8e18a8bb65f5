/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KVM or emulation: /dev/kvm may exist and its guests still hang without a word. */
#pragma once

struct err;
struct kernel;
struct paths;

/*
 * "kvm" or "tcg" for what was @asked: auto, kvm or tcg. For auto KVM is taken only where it has
 * booted @kernel to its first line within 10 s since this host was started; the answer is kept
 * in the cache. Why it is not taken is said in one line, unless @quiet.
 */
const char *accel_choose(const char *asked, const struct paths *paths, const struct kernel *kernel,
			 int quiet);
