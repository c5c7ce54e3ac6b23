/** Forms of the resources, rendered from the backend's own definitions. */

export { ExperimentForm, IExperimentFormProps } from './ExperimentForm';
export { IModelFormProps, ModelForm } from './ModelForm';
export { ITemplateFormProps, TemplateForm } from './TemplateForm';
export { ITuningFormProps, TuningForm } from './TuningForm';
export { ITrainingFormProps, TrainingForm } from './TrainingForm';
