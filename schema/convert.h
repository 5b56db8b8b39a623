// An object as another version of its kind shows it: conversion strategy None (R19.10).
#pragma once

#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold {

// Rewrites apiVersion, then prunes and defaults by `version`'s schema.
void convert_object(const Kind& kind, const KindVersion& version, Value& object);

}  // namespace gatefold
