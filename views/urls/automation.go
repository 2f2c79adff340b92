package urls

// Automations is the list of automations; POST makes one.
func (a Account) Automations() string { return a.page("automations") }

// AutomationNew is the form of a recipe.
func (a Account) AutomationNew(recipe string) string {
	return WithQuery(a.page("automations", "new"), "recipe", recipe)
}

// Automation is one automation with its steps and figures; POST changes it.
func (a Account) Automation(id string) string { return a.page("automations", id) }

// AutomationStep is the form of a step, a new one without an id; POST saves it.
func (a Account) AutomationStep(id, step string) string {
	return WithQuery(a.page("automations", id, "step"), "step", step)
}

// AutomationAct is an action (POST): on, off, remove, remove-step.
func (a Account) AutomationAct(id, act string) string { return a.page("automations", id, act) }
