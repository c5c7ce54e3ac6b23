/** Forms of the resources, rendered from the backend's own definitions. */

export { ExperimentForm, IExperimentFormProps } from './ExperimentForm';
export { IModelFormProps, ModelForm } from './ModelForm';
export { ITemplateFormProps, TemplateForm } from './TemplateForm';
export { ITrainingFormProps, TrainingForm } from './TrainingForm';
