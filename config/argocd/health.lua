-- The health of a Plugin or a PluginRuntime, for Argo CD. docs/gitops.md has the same as a table.
local function condition(kind)
  for _, it in ipairs((obj.status or {}).conditions or {}) do
    if it.type == kind then
      return it
    end
  end
  return {}
end

local function said(status, it)
  return { status = status, message = (it.reason or "") .. ": " .. (it.message or "") }
end

if obj.metadata.deletionTimestamp ~= nil then
  return { status = "Progressing", message = "it is being deleted" }
end
if (obj.status or {}).observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "the operator has not seen this generation yet" }
end
local ready, stalled = condition("Ready"), condition("Stalled")
if ready.reason == "Suspended" then
  return said("Suspended", ready)
end
if stalled.status == "True" then
  return said("Degraded", stalled)
end
if ready.status == "True" then
  return said("Healthy", ready)
end
return said("Progressing", ready)
