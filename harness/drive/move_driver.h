/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The move_pages driver with a system call of the test's choice. */
#pragma once

#include "drive/drive.h"
#include "drive/move_call.h"

struct move_driver *move_driver_start_with(move_function function, const struct plan *plan,
					   const struct plan_phase *phase,
					   const struct move_target *targets, size_t n_targets,
					   const struct drive_hooks *hooks, struct err *e);
